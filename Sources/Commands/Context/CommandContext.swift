import JSON
import Ledger
public import Model
public import Platform

/// What a command is run with: the services, who calls, and what the request says of how.
public struct CommandContext: Sendable {
    /// The services.
    public let services: Services
    /// Who calls.
    public let caller: Caller
    /// The request's id.
    public let requestID: String
    /// The trace that the request belongs to (W3C); nil when nothing of it leaves this process.
    public let trace: TraceContext?
    /// The caller's `Idempotency-Key`.
    public let idempotencyKey: String?
    /// The right to run once, when the request has a key.
    public var ticket: IdempotencyTicket?
    /// Whether nothing is to be kept.
    public let isDryRun: Bool
    /// What the caller says of the object that it has seen.
    public let precondition: Precondition
    /// The time of the request.
    public let now: Timestamp

    /// A context.
    public init(
        services: Services,
        caller: Caller,
        requestID: String,
        trace: TraceContext? = nil,
        idempotencyKey: String? = nil,
        isDryRun: Bool = false,
        precondition: Precondition = .none,
        now: Timestamp
    ) {
        self.services = services
        self.caller = caller
        self.requestID = requestID
        self.trace = trace
        self.idempotencyKey = idempotencyKey
        self.isDryRun = isDryRun
        self.precondition = precondition
        self.now = now
    }

    /// The same call without what it says of the object: for a command that another one begins.
    var unconditional: CommandContext {
        CommandContext(
            services: services,
            caller: caller,
            requestID: requestID,
            trace: trace,
            isDryRun: isDryRun,
            now: now
        )
    }

    /// The state at the newest durable revision.
    var state: State { services.ledger.state }
}

/// What a write made, for its answer and its audit record.
struct Written: Sendable {
    var kind = CommandAnswer.Kind.done
    /// The object's revision.
    var revision: UInt64?
    /// The path of an object that was made.
    var location: String?
    /// The object after the write, and before it; nil when it is gone, or was not there.
    var late: (object: LateObject?, before: LateObject?)
    /// Makes what is answered instead of the object; called after the write, so that other writers
    /// do not wait for it.
    var makeBody: (@Sendable () -> JSONValue)?
    /// The writes that a write of many is made of, each to be audited; none for a write of one.
    var parts: [WrittenPart] = []
    /// What is said of a removal in its audit record, after which nothing is there to say it.
    var farewell: JSONObject?
    /// Whether the object is one that no table of the state has, so that only this tells it; small.
    var isToldHereAlone = false
    /// The live configs that the write of a connection makes invalid.
    var invalidated = InvalidatedConfigs()
    /// Writes that came along with it, to be audited beside it.
    var beside: [WrittenPart] = []

    init(
        kind: CommandAnswer.Kind = .done,
        object: JSONObject? = nil,
        revision: UInt64? = nil,
        location: String? = nil,
        before: JSONObject? = nil
    ) {
        (self.kind, self.revision, self.location) = (kind, revision, location)
        late = (object.map { LateObject($0) }, before.map { LateObject($0) })
    }

    /// The object after the write; nil when it is gone.
    var object: JSONObject? {
        get { late.object?.value }
        set { late.object = newValue.map { LateObject($0) } }
    }

    /// The object after the write, and what is told beside it.
    var toldObject: JSONObject? {
        guard var told = object else { return nil }
        invalidated.write(into: &told)
        return told
    }

    /// The object before the write; nil when there was none.
    var before: JSONObject? {
        get { late.before?.value }
        set { late.before = newValue.map { LateObject($0) } }
    }
}

/// One of many writes that are one entry of the log.
struct WrittenPart: Sendable {
    let subject: WriteSubject
    let written: Written
}
