public import JSON

/// A tenant's account at a provider (seed step 2).
///
/// Pausing, failing or re-authorizing a connection never changes its id or what is bound to it.
public struct Connection: DocumentNoun {
    /// The id, unique within the tenant.
    public let id: ConnectionID
    /// The tenant that owns it.
    public let tenant: TenantID
    /// The spec that it is a connection of.
    public let spec: SpecID
    /// The environment; a binding may only use a connection of its own.
    public let environment: EnvironmentName
    /// Who brings the account.
    public let mode: OwnershipMode
    /// Where the secret is kept; nil for a spec that needs none.
    public let secretReference: SecretReference?
    /// Where it stands in its life; moved by the actions only.
    public let status: Status
    /// Its own limits; they only tighten the spec's.
    public let limits: Constraints
    /// The document, with `status` and `statusReason`.
    public let document: StoredDocument

    /// The `statusReason` of a connection whose grant has ended; it is paused until it has a new one.
    public static let needsReauthorization = "NEEDS_REAUTHORIZATION"

    /// Whether it is paused since its grant has ended.
    public var needsReauthorization: Bool {
        status == .paused
            && document.object["statusReason"]?.string == Self.needsReauthorization
    }

    /// The life of a connection (API section 1).
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Not yet in service.
        case draft
        /// In service.
        case active
        /// Out of service for a while.
        case paused
        /// Out of service for good.
        case revoked
    }

    /// Its own part of the merged config, read from the document at each call.
    public var config: JSONObject { document.object["config"]?.object ?? [:] }

    /// Why it stands where it stands, read from the document at each call; nil when nothing is said.
    public var statusReason: String? { document.object["statusReason"]?.string }

    /// When its credentials end, read from the document at each call; nil when it is not known.
    public var credentialsExpireAt: Timestamp? {
        document.object["credentialsExpiresAt"]?.string.flatMap { Timestamp($0) }
    }

    /// Whether `other` is of the same spec, environment and mode: what bindings rely on.
    public func isBoundAlike(_ other: Connection) -> Bool {
        spec == other.spec && environment == other.environment && mode == other.mode
    }

    /// Whether `other` is called alike: with the same secret, config and spec.
    public func isCalledAlike(_ other: Connection) -> Bool {
        isReachedAlike(other) && config == other.config
    }

    /// Whether `other` is called with the same secret and spec, whatever its config.
    public func isReachedAlike(_ other: Connection) -> Bool {
        spec == other.spec && secretReference == other.secretReference
    }

    /// The same connection with another status; `reason` replaces the one before, nil removes it.
    public func moved(to status: Status, reason: String?) -> Connection {
        var object = document.object
        object["status"] = .string(status.rawValue)
        object["statusReason"] = reason.map { .string($0) }
        return Connection(copying: self, status: status, document: StoredDocument(object))
    }

    /// The same connection with credentials that end then; nil for ones whose end is not known.
    public func credentialed(until end: Timestamp?) -> Connection {
        var object = document.object
        object["credentialsExpiresAt"] = end.map { .string($0.text) }
        return Connection(copying: self, status: status, document: StoredDocument(object))
    }

    /// The same connection with another reference to its secret.
    public func rotated(to reference: SecretReference) -> Connection {
        var object = document.object
        object["secretRef"] = .string(reference.text)
        return Connection(
            copying: self,
            status: status,
            document: StoredDocument(object),
            secretReference: reference
        )
    }

    private init(
        copying other: Connection,
        status: Status,
        document: StoredDocument,
        secretReference: SecretReference? = nil
    ) {
        self.id = other.id
        self.tenant = other.tenant
        self.spec = other.spec
        self.environment = other.environment
        self.mode = other.mode
        self.secretReference = secretReference ?? other.secretReference
        self.status = status
        self.limits = other.limits
        self.document = document
    }
}

extension Connection {
    /// The largest text of a label, in bytes.
    static let labelByteCountMax = 256

    private static let members: Set<String> = [
        "meta", "ownershipMode", "externalAccountId", "config", "secretRef", "status",
        "statusReason", "tags", "metadata", "description", "limits", "credentialsExpiresAt",
        "revision", "health", "previousSecretRef", "overlapUntil", "validation",
    ]
    /// What the server tells of a connection; it may stand in a body, and is ignored there.
    private static let observedMembers = [
        "health", "previousSecretRef", "overlapUntil", "validation",
    ]
    private static let metaMembers: Set<String> = [
        "id", "tenantId", "integrationKey", "integrationVersion", "label", "environment",
        "createdAt", "updatedAt",
    ]

    /// Reads a connection of `tenant`; `id` is what the path says, nil when only the body does.
    ///
    /// `status` is `draft` or `active` at creation; the default is `active`. What looks like a
    /// secret anywhere but in `secretRef` is `SECRET_IN_CONFIG`.
    ///
    /// - Throws: `InvalidDocument` with every error found.
    public init(
        _ json: JSONValue,
        tenant: TenantID?,
        id: ConnectionID?
    ) throws(InvalidDocument) {
        let issues = IssueList()
        let connection = Self(reading: json, tenant: tenant, id: id, issues: issues)
        try issues.throwErrors()
        self = connection
    }

    /// Reads a connection; errors go to `issues`.
    public init(reading json: JSONValue, tenant: TenantID?, id: ConnectionID?, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let meta = reader.requiredNested("meta", members: Self.metaMembers)
        let tenant = PathMember.identifier(meta, "tenantId", path: tenant)
        let id = PathMember.identifier(meta, "id", path: id)
        self.id = id
        self.tenant = tenant
        self.spec = SpecID(
            key: meta.requiredIdentifier("integrationKey", as: IntegrationKey.self),
            version: meta.requiredVersion("integrationVersion")
        )
        self.environment = meta.requiredIdentifier("environment", as: EnvironmentName.self)
        _ = meta.string("label", byteCountMax: Self.labelByteCountMax)
        reader.require("ownershipMode")
        self.mode = reader.choice("ownershipMode", OwnershipMode.self) ?? .byok
        self.secretReference = SecretReference.read(reader, "secretRef")
        self.status = reader.choice("status", Status.self) ?? .active
        self.limits = Constraints.read(reader, "limits")
        Self.checkTexts(reader)
        var object = reader.object
        reader.normalizeTimestamp("credentialsExpiresAt", in: &object)
        object["revision"] = nil
        for name in Self.observedMembers { object[name] = nil }
        let names = ["id": id.text, "tenantId": tenant.text]
        object["meta"] = .object(meta.withoutStamps(names))
        if object["config"] == nil { object["config"] = .object([:]) }
        object["status"] = .string(status.rawValue)
        Self.scanForSecrets(object, issues)
        self.document = StoredDocument(object)
    }

    private static func checkTexts(_ reader: ObjectReader) {
        _ = reader.string("externalAccountId", byteCountMax: 256)
        _ = reader.freeObject("config")
        _ = reader.string("statusReason", byteCountMax: 1024)
        _ = reader.strings("tags", countMax: 50)
        _ = reader.freeObject("metadata")
        _ = reader.string("description")
    }

    private static func scanForSecrets(_ object: JSONObject, _ issues: IssueList) {
        for member in object where member.key != "secretRef" {
            SecretScan.scan(member.value, at: .root.appending(member.key), issues: issues)
        }
    }
}
