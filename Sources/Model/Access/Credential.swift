public import JSON

/// An API key, as the store knows it: everything but its secret (API section 3).
public struct Credential: DocumentNoun {
    /// The life of a key.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Accepted until it expires.
        case active
        /// Never accepted again.
        case revoked
    }

    /// Its id, which is a part of the key.
    public let id: CredentialID
    /// The tenant whose data it reaches; nil for a key of the platform.
    public let tenant: TenantID?
    /// What it is for.
    public let roles: Set<Role>
    /// The environments in which it may act; nil for all, empty for none.
    public let environments: [EnvironmentName]?
    /// The workflows that it may act as; empty for none.
    public let workflows: [Pattern]
    /// When it ends by itself.
    public let expiresAt: Timestamp?
    /// Where it stands.
    public let status: Status
    /// SHA-256 of the whole key, in hexadecimal; the key itself is nowhere.
    public let digest: String
    /// The document: `id`, `tenantId`, `name`, `roles`, `environments`, `workflows`, `expiresAt`,
    /// `status`; without the digest.
    public let document: StoredDocument

    private static let members: Set<String> = [
        "id", "tenantId", "name", "description", "roles", "environments", "workflows", "expiresAt",
        "status", "metadata", "revision", "createdAt", "updatedAt", "lastUsedAt", "principal",
    ]
    private static let serverOwned: Set<String> = [
        "principal", "id", "tenantId", "status", "revision", "createdAt", "updatedAt", "lastUsedAt",
    ]

    /// Who stands behind it: itself, or whoever of its tenant made it.
    ///
    /// A tenant's own caller that makes keys makes no other pairs of eyes of itself.
    public var principal: String { document.object["principal"]?.string ?? id.text }

    /// Whether it says itself who stands behind it: a key that is older than that does not.
    public var namesPrincipal: Bool { document.object["principal"] != nil }

    /// Whether it may act in the environment.
    public func mayAct(in environment: EnvironmentName) -> Bool {
        environments.map { $0.contains(environment) } ?? true
    }

    /// Whether it may act in every environment of the other one.
    public func mayAct(inAllOf other: Credential) -> Bool {
        guard let environments else { return true }
        return other.environments.map { Set($0).isSubset(of: environments) } ?? false
    }

    /// Whether it may act as the workflow.
    public func mayAct(as workflow: WorkflowName) -> Bool {
        workflows.contains { $0.matches(workflow.text) }
    }

    /// Reads what a caller asks for, and makes an active key of it.
    ///
    /// - Parameters:
    ///   - json: What is asked for.
    ///   - id: The new key's id.
    ///   - tenant: The tenant in whose collection it is made; nil for the platform's.
    ///   - digest: SHA-256 of the new key, in hexadecimal.
    ///   - principal: Who stands behind it; nil for itself.
    /// - Throws: `InvalidDocument` with every error found.
    public init(
        _ json: JSONValue,
        id: CredentialID,
        tenant: TenantID?,
        digest: String,
        principal: String? = nil
    ) throws(InvalidDocument) {
        let issues = IssueList()
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        if let given = reader.identifier("tenantId", as: TenantID.self), given != tenant {
            let path = tenant?.text ?? "none"
            reader.error(.pathMismatch, "tenantId", "must agree with the path, which says \(path)")
        }
        let fields = Fields(reader)
        if tenant != nil, fields.roles.contains(.platformAdmin) {
            reader.error(.invalidValue, "roles", "a tenant's key can't be platform-admin")
        }
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
        SecretScan.scan(json, at: .root, issues: issues)
        try issues.throwErrors()
        var object: JSONObject = ["id": .string(id.text)]
        object["tenantId"] = tenant.map { .string($0.text) } ?? .null
        for member in reader.object where !Self.serverOwned.contains(member.key) {
            object[member.key] = member.value
        }
        for list in ["environments", "workflows"] where object[list] == nil {
            object[list] = .array([])
        }
        object["status"] = .string(Status.active.rawValue)
        object["principal"] = principal.map { .string($0) }
        self.init(id, tenant, fields, .active, digest, StoredDocument(object))
    }

    /// A credential that is not in the store: of somebody who is known in another way than by a key.
    public init(
        unstored id: CredentialID,
        tenant: TenantID?,
        roles: Set<Role>,
        environments: [EnvironmentName]?,
        workflows: [Pattern],
        expiresAt: Timestamp? = nil
    ) {
        let fields = Fields(
            roles: roles,
            environments: environments,
            workflows: workflows,
            expiresAt: expiresAt
        )
        self.init(id, tenant, fields, .active, "", StoredDocument([:]))
    }

    /// Reads what `storedJSON` wrote; nil when it is something else.
    public init?(storedJSON json: JSONValue) {
        let issues = IssueList()
        let members = Self.members.union(["digest"])
        let reader = ObjectReader(json, at: .root, issues: issues, members: members)
        let id = reader.requiredIdentifier("id", as: CredentialID.self)
        let tenant =
            reader.value("tenantId") == .null
            ? nil : reader.identifier("tenantId", as: TenantID.self)
        let fields = Fields(reader)
        let status = reader.choice("status", Status.self)
        guard !issues.hasErrors, let status, let digest = reader.string("digest") else {
            return nil
        }
        var object = reader.object
        object["digest"] = nil
        self.init(id, tenant, fields, status, digest, StoredDocument(object))
    }

    /// The document with the digest, for the log.
    public var storedJSON: JSONValue {
        var object = document.object
        object["digest"] = .string(digest)
        return .object(object)
    }

    /// The same key, never accepted again.
    public var revoked: Credential {
        var object = document.object
        object["status"] = .string(Status.revoked.rawValue)
        let fields = Fields(
            roles: roles,
            environments: environments,
            workflows: workflows,
            expiresAt: expiresAt
        )
        return Credential(id, tenant, fields, .revoked, digest, StoredDocument(object))
    }

    private init(
        _ id: CredentialID,
        _ tenant: TenantID?,
        _ fields: Fields,
        _ status: Status,
        _ digest: String,
        _ document: StoredDocument
    ) {
        self.id = id
        self.tenant = tenant
        self.roles = fields.roles
        self.environments = fields.environments
        self.workflows = fields.workflows
        self.expiresAt = fields.expiresAt
        self.status = status
        self.digest = digest
        self.document = document
    }
}

extension Credential {
    /// What both forms of a key's document say alike.
    private struct Fields {
        let roles: Set<Role>
        let environments: [EnvironmentName]?
        let workflows: [Pattern]
        let expiresAt: Timestamp?

        init(
            roles: Set<Role>,
            environments: [EnvironmentName]?,
            workflows: [Pattern],
            expiresAt: Timestamp?
        ) {
            self.roles = roles
            self.environments = environments
            self.workflows = workflows
            self.expiresAt = expiresAt
        }

        init(_ reader: ObjectReader) {
            reader.require("roles")
            let roles = reader.list("roles", countMax: 10) { value, place -> Role? in
                guard let role = value.string.flatMap(Role.init(rawValue:)) else {
                    let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                    reader.issues.error(.invalidValue, at: place, "must be one of \(known)")
                    return nil
                }
                return role
            }
            if let roles, roles.isEmpty, reader.value("roles")?.array?.isEmpty ?? false {
                reader.error(.invalidValue, "roles", "must name a role")
            }
            self.roles = Set(roles ?? [])
            self.environments = Self.environments(reader)
            self.workflows = reader.patterns("workflows") ?? []
            self.expiresAt =
                reader.value("expiresAt") == .null ? nil : reader.timestamp("expiresAt")
            _ = reader.string("name", byteCountMax: 256)
        }

        /// Exact names, or `*` for all; an absent list means none.
        private static func environments(_ reader: ObjectReader) -> [EnvironmentName]? {
            let items = reader.value("environments")?.array ?? []
            if items.contains(.string("*")) { return nil }
            return reader.identifiers("environments", as: EnvironmentName.self, countMax: 100) ?? []
        }
    }
}

extension Stored<Credential> {
    /// The key as the API writes it: without its secret and digest.
    public func json(lastUsedAt: Timestamp?) -> JSONObject {
        var object = value.document.object
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["lastUsedAt"] = lastUsedAt.map { .string($0.text) } ?? .null
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
