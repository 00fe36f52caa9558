public import Model

/// Everything that Bindery knows, at one revision: the fold of the log.
///
/// A value of a few words: a reader takes a copy and works on it while writers go on.
public struct State: Sendable {
    /// The position of the last log record in it.
    public internal(set) var position: UInt64 = 0
    /// The store's revision; it grows by one with each entry that changes what the API shows.
    public internal(set) var revision: UInt64 = 0
    /// What all tenants share.
    public internal(set) var catalog = Catalog()
    /// The tenants.
    public internal(set) var tenants = ShardedTable<TenantID, TenantState>()
    /// The API keys of the platform and of all tenants.
    public internal(set) var credentials = ShardedTable<CredentialID, Stored<Credential>>()
    /// The API keys of the platform.
    public internal(set) var platformCredentialIDs: Set<CredentialID> = []
    /// The requests that carried an `Idempotency-Key`.
    public internal(set) var idempotency = IdempotencyTable()
    /// Which live configs name a domain, in small letters.
    public internal(set) var domains = ShardedTable<String, Set<DomainHolder>>()
    /// The webhooks that are known again.
    public internal(set) var receivedWebhooks = WebhookMarks()
    /// The anchored heads of the audit trails, of each process its own.
    public internal(set) var auditAnchors: [AuditWriter: AuditAnchor] = [:]
    /// The entries whose audit records are not known to be in the trail.
    public internal(set) var auditDebts = AuditDebts()
    /// The tenants to whose webhooks something is on its way.
    public internal(set) var tenantsWithAlerts: Set<TenantID> = []
    /// The tenants that have change requests which wait for their time.
    public internal(set) var tenantsWithSchedules: Set<TenantID> = []
    /// Which process sends alerts; nil when none ever did.
    public internal(set) var alertLease: AlertLease?

    /// Who does which work, where several processes share the log.
    public internal(set) var leases: [String: LedgerLease] = [:]

    /// The generation that a tenant begins with.
    private var firstGeneration: UInt64 = 0

    /// An empty state.
    public init() {}

    /// An empty state that will be loaded in the place of another one of this process: what was
    /// compiled from values of the other is good for none of its generations.
    init(replacing other: State) {
        firstGeneration = other.lastGeneration + 1
        catalog.generation = firstGeneration
    }

    /// The tenant, also when nothing of it was ever written.
    public func tenant(_ id: TenantID) -> TenantState {
        tenants[id] ?? TenantState(id: id, generation: firstGeneration)
    }

    /// The highest generation in it.
    private var lastGeneration: UInt64 {
        tenants.keys.reduce(max(firstGeneration, catalog.generation)) { highest, id in
            max(highest, tenants[id]?.generation ?? 0)
        }
    }
}

/// A live config that names a domain.
public struct DomainHolder: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID
    /// The line.
    public let line: ConfigLineID
}
