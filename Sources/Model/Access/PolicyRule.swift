public import JSON

/// A rule over calls, of the platform or of a tenant (API section 3).
public struct PolicyRule: DocumentNoun {
    /// The most entries in one list of a rule.
    public static let entryCountMax = 1000

    /// What a rule does.
    public enum Effect: String, Sendable, Hashable, CaseIterable {
        /// Calls that match are denied.
        case forbid
        /// Calls to a resource that matches need a permit whose workflows match.
        case permit
    }

    /// What a rule is about; an empty list matches all.
    public struct Match: Sendable, Hashable {
        /// Patterns of the workflow; judged last, and for permits apart from the resource.
        public let workflows: [Pattern]
        /// Patterns of the operation.
        public let operations: [Pattern]
        /// Patterns of the integration's key, without version.
        public let integrations: [Pattern]
        /// Exact categories.
        public let categories: [CategoryName]
        /// Patterns of the connection's id.
        public let connections: [Pattern]
        /// Patterns of the slot's id.
        public let slots: [Pattern]
        /// Exact environments.
        public let environments: [EnvironmentName]
        /// Exact ownership modes.
        public let ownershipModes: [OwnershipMode]
    }

    /// Its id, unique within its level.
    public let id: PolicyID
    /// What it does.
    public let effect: Effect
    /// Whether it counts.
    public let isEnabled: Bool
    /// What it is about.
    public let match: Match
    /// What makes it an attribute rule; nil for a rule over the calls of workflows.
    public let clause: AttributeClause?
    /// What must hold of its level's decisions before it is enabled.
    public let tests: [PolicyTest]
    /// The document.
    public let document: StoredDocument

    private static let members: Set<String> = [
        "id", "effect", "description", "enabled", "match", "when", "unless", "tests", "metadata",
        "revision", "createdAt", "updatedAt", "access", "accessIsCut", "accessDependsOnCalls",
    ]
    /// What the server says of a rule, beside what was written.
    private static let serverMembers: Set<String> = [
        "revision", "createdAt", "updatedAt", "access", "accessIsCut", "accessDependsOnCalls",
    ]
    static let lists: Set<String> = [
        "workflows", "operations", "integrations", "categories", "connections", "slots",
        "environments", "ownershipModes",
    ]

    /// Reads a rule; `id` is what the path says, nil when only the body does.
    ///
    /// - Throws: `InvalidDocument` with every error found.
    public init(_ json: JSONValue, id: PolicyID?) throws(InvalidDocument) {
        let issues = IssueList()
        let rule = Self(reading: json, id: id, issues: issues)
        try issues.throwErrors()
        self = rule
    }

    /// Reads a rule; errors go to `issues`.
    public init(reading json: JSONValue, id: PolicyID?, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let id = PathMember.identifier(reader, "id", path: id)
        self.id = id
        reader.require("effect")
        self.effect = reader.choice("effect", Effect.self) ?? .forbid
        self.isEnabled = reader.bool("enabled") ?? true
        let match = reader.nested("match", members: Self.lists.union(AttributeClause.lists))
        self.match = Match(match)
        self.clause = AttributeClause(reader, match)
        self.tests =
            reader.list("tests", countMax: PolicyTest.testCountMax) {
                PolicyTest($0, at: $1, issues: issues)
            } ?? []
        if tests.reduce(0, { $0 + $1.questionCount }) > PolicyTest.ruleQuestionCountMax {
            let detail = "have more than \(PolicyTest.ruleQuestionCountMax) combinations together"
            reader.error(.limitExceeded, "tests", detail)
        }
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
        var object: JSONObject = ["id": .string(id.text)]
        for member in reader.object
        where !Self.serverMembers.contains(member.key) {
            object[member.key] = member.value
        }
        object["enabled"] = .bool(isEnabled)
        if object["match"] == nil { object["match"] = .object([:]) }
        self.document = StoredDocument(object)
    }
}

extension PolicyRule.Match {
    /// Reads a rule's lists; nothing given matches all.
    init(_ reader: ObjectReader?) {
        workflows = reader?.patterns("workflows") ?? []
        operations = reader?.patterns("operations") ?? []
        integrations = reader?.patterns("integrations") ?? []
        categories = Self.names(reader, "categories", CategoryName.self)
        connections = reader?.patterns("connections") ?? []
        slots = reader?.patterns("slots") ?? []
        environments = Self.names(reader, "environments", EnvironmentName.self)
        ownershipModes =
            reader?
            .list("ownershipModes", countMax: 10) { value, place in
                let mode = value.string.flatMap(OwnershipMode.init(rawValue:))
                if mode == nil {
                    reader?.issues.error(.invalidValue, at: place, "must be managed or byok")
                }
                return mode
            } ?? []
    }

    private static func names<Noun>(
        _ reader: ObjectReader?,
        _ key: String,
        _ type: Identifier<Noun>.Type
    ) -> [Identifier<Noun>] {
        reader?.identifiers(key, as: type, countMax: PolicyRule.entryCountMax) ?? []
    }
}

extension Stored<PolicyRule> {
    /// The rule as the API writes it.
    public var json: JSONObject {
        var object = value.document.object
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
