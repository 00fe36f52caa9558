public import Model

/// One change of the state; the log is a list of them, and the state is their fold.
///
/// A change says what is, not what was done: replaying it needs no rule of the API, so that old logs
/// keep their meaning when rules change.
public enum Change: Sendable {
    case putSpec(Stored<IntegrationSpec>)
    case removeSpec(SpecID)
    case putBlueprint(Stored<Blueprint>)
    case removeBlueprint(BlueprintID)
    case putConnection(Stored<Connection>)
    case removeConnection(TenantID, ConnectionID)
    case putHealth(TenantID, ConnectionID, ConnectionHealth)
    /// The secret that a connection had before a rotation, as long as it can be returned to.
    case putOverlap(TenantID, ConnectionID, SecretOverlap)
    case removeOverlap(TenantID, ConnectionID)
    case putConfigVersion(Stored<ConfigVersion>)
    case removeConfigVersion(TenantID, ConfigLineID, Int)
    /// Appends to a line's history, and raises its last number.
    case addTransition(TenantID, ConfigLineID, ConfigTransition)
    /// A rule of a tenant, or of the platform when nil.
    case putPolicy(TenantID?, Stored<PolicyRule>)
    case removePolicy(TenantID?, PolicyID)
    case putEntity(TenantID, Stored<Entity>)
    case removeEntity(TenantID, EntityKey)
    /// A secret of Bindery's own store, encrypted; the log never holds its value.
    case putSecret(TenantID, SealedSecret)
    case removeSecret(TenantID, SecretName)
    case putCredential(Stored<Credential>)
    /// Forgets a key that has ended.
    case removeCredential(CredentialID)
    case putWebhook(TenantID, Stored<Webhook>)
    case removeWebhook(TenantID, WebhookID)
    /// Since when nothing could be delivered to a webhook; nil when something was.
    case putWebhookFailing(TenantID, WebhookID, since: Timestamp?)
    case putAlertDelivery(TenantID, AlertDelivery)
    /// What a connection's tenant was told that is told once.
    case putAlertMark(TenantID, ConnectionID, AlertMark)
    /// Which process sends alerts.
    case putAlertLease(AlertLease)
    /// How many approvals a tenant's environments ask for.
    case putApprovalPolicy(TenantID, Stored<ApprovalPolicy>)
    case removeApprovalPolicy(TenantID, reason: String?)
    case putChangeRequest(Stored<ChangeRequest>)
    /// Forgets a request that is over, to make room.
    case removeChangeRequest(TenantID, ChangeRequestID)
    case putIdempotency(IdempotencyRecord)
    /// Forgets the requests whose time is over when the entry is made.
    case expireIdempotency
    /// Forgets a request that was begun and must not be remembered.
    case removeIdempotency(String)
    /// The head of a process's audit trail, so that cutting its end is seen.
    case anchorAudit(AuditAnchor, of: AuditWriter)
    /// Who of several processes does a work, by the work's name.
    case putLease(String, LedgerLease)

    /// A webhook that was taken; of it the state keeps its mark alone.
    case receiveWebhook(WebhookDelivery)
    /// The marks of one row of their table; in snapshots.
    case rememberWebhooks(row: Int, [WebhookMark])

    /// Whether it moves the store's revision: health, usage and bookkeeping never do (API section 10),
    /// and neither do secrets, which have versions of their own and are no part of the past: tokens
    /// are refreshed all day long, and nothing that a revision shows changes by it.
    public var movesRevision: Bool {
        switch self {
        case .putHealth, .putOverlap, .removeOverlap, .putIdempotency, .removeIdempotency,
            .expireIdempotency, .anchorAudit, .putLease, .rememberWebhooks, .putWebhookFailing,
            .putAlertDelivery, .putAlertMark, .putAlertLease, .putSecret,
            .removeSecret:
            false
        default: true
        }
    }
}

/// Who made an entry.
public struct ChangeActor: Sendable, Hashable {
    /// `key`, `bootstrap` or `system`.
    public let type: String
    /// The credential's id, or the name of the part of the system.
    public let id: String

    /// An actor.
    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }

    /// The server itself.
    public static func system(_ part: String) -> ChangeActor {
        ChangeActor(type: "system", id: part)
    }
}

/// Changes that were made together: all of them or none.
public struct LogEntry: Sendable {
    /// The revision at which they are seen.
    public let revision: UInt64
    /// When they were made.
    public let at: Timestamp
    /// Who made them.
    public let actor: ChangeActor
    /// The changes, in order; never empty.
    public let changes: [Change]
    /// What the changes did to what was there.
    public let facts: ChangeFacts
    /// What it says of its writer's audit trail; nil when it says nothing.
    public let audit: AuditNote?

    /// An entry.
    public init(
        revision: UInt64,
        at: Timestamp,
        actor: ChangeActor,
        changes: [Change],
        facts: ChangeFacts = ChangeFacts(),
        audit: AuditNote? = nil
    ) {
        self.revision = revision
        self.at = at
        self.actor = actor
        self.changes = changes
        self.facts = facts
        self.audit = audit
    }

    /// Whether it is the one that made its revision.
    public var movesRevision: Bool { changes.contains { $0.movesRevision } }
}
