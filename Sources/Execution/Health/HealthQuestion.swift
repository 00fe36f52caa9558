public import Audit
public import JSON
public import Model

/// What a check is made of, and for whom.
public struct HealthQuestion: Sendable {
    /// The connection.
    public let connection: Connection
    /// Its spec; one without a health check leaves the health unknown.
    public let spec: IntegrationSpec
    /// The schema's defaults with the connection's own config.
    public let config: JSONObject
    /// A secret to check in place of the connection's: before it takes over.
    public let secretReference: SecretReference?
    /// The store's revision that connection and spec are of; nil without a store.
    public let revision: UInt64?
    /// Why it was asked for, in the words of who asked.
    public var reason: String?
    /// Who asked for it; nil for the server itself.
    public let actor: AuditActor?
    /// The request that asked for it, if any.
    public let requestID: String?

    /// A question.
    public init(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        config: JSONObject,
        secretReference: SecretReference? = nil,
        revision: UInt64? = nil,
        actor: AuditActor? = nil,
        requestID: String? = nil
    ) {
        self.connection = connection
        self.spec = spec
        self.config = config
        self.secretReference = secretReference
        self.revision = revision
        self.actor = actor
        self.requestID = requestID
    }
}
