public import Model

/// Everything of one tenant, at one revision.
public struct TenantState: Sendable {
    /// The tenant.
    public let id: TenantID
    /// Its connections.
    public internal(set) var connections: [ConnectionID: Stored<Connection>] = [:]
    /// The health of those connections that were ever checked.
    public internal(set) var health: [ConnectionID: ConnectionHealth] = [:]
    /// The secrets before their last rotations, of those connections that can be returned to them.
    public internal(set) var overlaps: [ConnectionID: SecretOverlap] = [:]
    /// Its configs, a line of versions for each blueprint and environment.
    public internal(set) var lines: [ConfigLineID: ConfigLine] = [:]
    /// Its policies.
    public internal(set) var policies: [PolicyID: Stored<PolicyRule>] = [:]
    /// Its entities, which rules with attributes know.
    public internal(set) var entities: [EntityKey: Stored<Entity>] = [:]
    /// How many approvals its environments ask for; nil when none does.
    public internal(set) var approvalPolicy: Stored<ApprovalPolicy>?
    /// Its requests to make configs live.
    public internal(set) var changeRequests: [ChangeRequestID: Stored<ChangeRequest>] = [:]
    /// Its webhooks, and what is on its way to them.
    public internal(set) var alerts = TenantAlerts()
    /// Its secrets in Bindery's own store, encrypted; a past state has none.
    public internal(set) var secrets: [SecretName: SealedSecret] = [:]
    /// Its API keys, which are in the state's table.
    public internal(set) var credentialIDs: Set<CredentialID> = []
    /// Grows with every change of the tenant, health included; what was compiled from the tenant's
    /// values is good for its generation.
    public internal(set) var generation: UInt64
    /// The generation of the last change of its connections or configs: what is good for it does not
    /// know of health and rules.
    public internal(set) var configGeneration: UInt64

    /// A tenant without anything.
    init(id: TenantID, generation: UInt64) {
        self.id = id
        self.generation = generation
        configGeneration = generation
    }

    /// The rules of the tenant, by id.
    public var policyRules: [PolicyRule] {
        policies.values.map(\.value).sorted { $0.id < $1.id }
    }

    /// The places where live configs bind the connection, in order.
    public func liveBindings(of connection: ConnectionID) -> [(ConfigLineID, Stored<ConfigVersion>)]
    {
        lines.keys.sorted()
            .flatMap { line in (lines[line]?.liveVersions ?? []).map { (line, $0) } }
            .filter { $0.1.value.config.bindings.contains { $0.connection == connection } }
    }
}
