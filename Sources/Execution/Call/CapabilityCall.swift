public import Audit
public import JSON
public import Model
public import Platform

/// A capability to be executed, resolved and permitted: everything that `Executor` needs.
public struct CapabilityCall: Sendable {
    /// The longest time that a call may take.
    public static let timeoutMax = Duration.milliseconds(120_000)
    /// The time that a call may take when nobody says otherwise.
    public static let timeoutDefault = Duration.milliseconds(30_000)

    /// The tenant.
    public var tenant: TenantID
    /// The environment.
    public var environment: EnvironmentName
    /// The blueprint whose config bound the capability.
    public var blueprint: BlueprintName
    /// The workflow it runs in.
    public var workflow: WorkflowName
    /// What was asked for.
    public var capability: CapabilityKey
    /// The slot through which it is bound.
    public var slot: SlotID
    /// The account that serves it.
    public var connection: Connection
    /// The spec of the account's integration.
    public var spec: IntegrationSpec
    /// The operation that serves it.
    public var operation: Operation
    /// The merged config: the schema's defaults, the connection's, the binding's.
    public var config: JSONObject
    /// The limits that apply: the spec's, tightened by the connection's.
    public var constraints: Constraints
    /// What the caller gives.
    public var input: JSONValue
    /// The time for everything; held within 1 ms and `timeoutMax`.
    public var timeout = timeoutDefault
    /// The caller's idempotency key, if any.
    public var idempotencyKey: String?
    /// The trace that the call belongs to (W3C); nil lets one begin.
    public var trace: TraceContext?
    /// The id of the request.
    public var requestID: String?
    /// Who calls.
    public var actor: AuditActor
    /// The connections that would have served if they could.
    public var passedOver: [AuditPassedOver] = []
    /// What the PDP said, for the audit.
    public var decision: AuditDecision?
    /// What the PDP was asked beside workflow and capability, as the trail keeps it.
    public var question: JSONValue?
    /// The page that is asked for; nil for the first, or the only one.
    var page: PageStep?
    /// The revision at which all this was resolved.
    public var revision: UInt64?

    /// A call of what a resolution chose; the limits are the spec's, tightened by the connection's.
    public init(
        tenant: TenantID,
        environment: EnvironmentName,
        blueprint: BlueprintName,
        workflow: WorkflowName,
        capability: CapabilityKey,
        slot: SlotID,
        connection: Connection,
        spec: IntegrationSpec,
        operation: Operation,
        config: JSONObject,
        input: JSONValue,
        actor: AuditActor
    ) {
        self.tenant = tenant
        self.environment = environment
        self.blueprint = blueprint
        self.workflow = workflow
        self.capability = capability
        self.slot = slot
        self.connection = connection
        self.spec = spec
        self.operation = operation
        self.config = config
        self.constraints = spec.constraints.tightened(by: connection.limits)
        self.input = input
        self.actor = actor
    }
}
