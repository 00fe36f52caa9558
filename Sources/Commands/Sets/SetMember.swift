import JSON
import Model

/// One object of a set, as `apply` takes it and `export` writes it (API section 10, "Apply and
/// export"): `{"kind", "tenantId", "object"}`.
struct SetMember: Sendable {
    /// The kinds, in the order in which they need one another: a config needs its connections, a
    /// connection its spec.
    enum Kind: String, Sendable, CaseIterable {
        case integrationSpec = "IntegrationSpec"
        case blueprint = "AppBlueprintSpec"
        case connection = "IntegrationConnection"
        case entity = "Entity"
        case policy = "PolicyRule"
        case config = "TenantAppConfig"

        /// Whether its objects belong to all tenants.
        var isGlobal: Bool { self == .integrationSpec || self == .blueprint }
        /// Whether no object is kept by one of its objects, so that they can go before others come.
        var isNeededByNone: Bool { self == .entity || self == .policy }
    }

    /// What it is.
    let kind: Kind
    /// Whose it is; nil when the member does not say.
    let tenant: TenantID?
    /// Of a connection, the action that is taken on it in place of a write; nil for a write.
    let action: MoveConnection.Move?
    /// The object; with an action its `meta.id` alone.
    let object: JSONValue
    /// Where the object stands in the body.
    let place: JSONPointer
    /// Where the tenant stands in the body.
    let tenantPlace: JSONPointer

    /// Reads a member; nil, with errors in `issues`, for what is none.
    ///
    /// With `takesActions` it may be an action on a connection, as in a simulation: a set says how
    /// objects are to be, and no steps.
    init?(
        _ value: JSONValue,
        at place: JSONPointer,
        issues: IssueList,
        takesActions: Bool = false
    ) {
        var members: Set<String> = ["kind", "tenantId", "object"]
        if takesActions { members.insert("action") }
        let reader = ObjectReader(value, at: place, issues: issues, members: members)
        for key in ["kind", "object"] where reader.value(key) == nil {
            issues.error(.missingField, at: reader.place(key), "is required")
        }
        let kind = reader.choice("kind", Kind.self)
        let tenant = reader.identifier("tenantId", as: TenantID.self)
        if let kind, kind.isGlobal, reader.value("tenantId") != nil {
            issues.error(.invalidValue, at: reader.place("tenantId"), "of a kind of all tenants")
        }
        action = takesActions ? reader.choice("action", MoveConnection.Move.self) : nil
        if let kind, action != nil, kind != .connection {
            let words = "is taken on an \(Kind.connection.rawValue) alone"
            issues.error(.invalidValue, at: reader.place("action"), words)
        }
        guard let kind, let object = reader.freeObject("object") else { return nil }
        self.kind = kind
        self.tenant = tenant
        self.object = .object(object)
        self.place = reader.place("object")
        self.tenantPlace = reader.place("tenantId")
    }
}

extension CommandError {
    /// The same error about a document that stands at `place` of the body: its pointers lead there.
    ///
    /// What is missing of the document's world is wrong with the document, and no 404.
    func within(_ place: JSONPointer) -> CommandError {
        let issues = issues.map { issue -> Issue in
            guard let pointer = JSONPointer(place.text + issue.pointer) else { return issue }
            return Issue(
                issue.code,
                issue.severity,
                at: pointer,
                issue.detail,
                suggestion: issue.suggestion
            )
        }
        var members = members
        if issues.isEmpty { members["pointer"] = .string(place.text) }
        return CommandError(
            kind == .notFound ? .invalid : kind,
            code,
            "In \(place.text): \(detail)",
            issues: issues,
            members: members,
            retryAfterSeconds: retryAfterSeconds
        )
    }
}
