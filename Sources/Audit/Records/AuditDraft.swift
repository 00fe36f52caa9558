public import JSON
public import Model

/// What a caller knows of an event; the trail makes a record of it.
///
/// Members that say nothing of an event stay nil and out of the record.
public struct AuditDraft: Sendable {
    /// When it happened, or began.
    public var occurredAt: Timestamp
    /// The tenant it belongs to; nil for the platform.
    public var tenant: TenantID?
    /// The environment it was in.
    public var environment: EnvironmentName?
    /// What it is.
    public var kind: AuditKind
    /// Who did it.
    public var actor: AuditActor
    /// What was done, such as `connection.create`.
    public var action: String
    /// What it was done to.
    public var resource: AuditResource?
    /// How it ended.
    public var outcome: AuditOutcome
    /// Why it was done, in the words of who did it.
    public var reason: String?
    /// Why it did not succeed.
    public var failure: AuditFailure?
    /// The blueprint whose config bound the call.
    public var blueprint: BlueprintName?
    /// The workflow it ran in.
    public var workflow: WorkflowName?
    /// The capability asked for.
    public var capability: CapabilityKey?
    /// The operation that served it.
    public var operation: OperationID?
    /// The slot it was bound through.
    public var slot: SlotID?
    /// The connection it was about.
    public var connection: ConnectionID?
    /// The connections that would have served if they could.
    public var passedOver: [AuditPassedOver] = []
    /// What the PDP said.
    public var decision: AuditDecision?
    /// What the PDP was asked, as AuthZEN says it.
    public var question: JSONValue?
    /// How many events like it were counted and not recorded since the last that was.
    public var leftOutCount: Int?
    /// What became of it, when it was not written in its time; nil for nearly all.
    public var recovery: AuditRecovery?
    /// The store's revision it was computed at, or that it made.
    public var revision: UInt64?
    /// The id of the request that caused it.
    public var requestID: String?
    /// The trace it belongs to (W3C).
    public var traceparent: String?
    /// How often the provider was called.
    public var attempts: Int?
    /// How long it took.
    public var latency: Duration?
    /// The object before the change.
    public var before: JSONValue?
    /// The object after the change.
    public var after: JSONValue?
    /// What was sent.
    public var request: AuditMessage?
    /// What came back.
    public var response: AuditMessage?

    /// A draft of what every record has.
    public init(
        _ kind: AuditKind,
        _ action: String,
        outcome: AuditOutcome,
        by actor: AuditActor,
        at occurredAt: Timestamp
    ) {
        self.kind = kind
        self.action = action
        self.outcome = outcome
        self.actor = actor
        self.occurredAt = occurredAt
    }

    /// A draft of what the server does of itself.
    public init(_ action: SystemAction, outcome: AuditOutcome = .success, at occurredAt: Timestamp)
    {
        self.init(
            action.kind,
            action.rawValue,
            outcome: outcome,
            by: .system(action.part),
            at: occurredAt
        )
    }
}
