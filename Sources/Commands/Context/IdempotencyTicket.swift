import Ledger
import Model
import Synchronization

/// The right to run a request once.
///
/// A command that writes puts the answer into its own entry of the log, so that a crash can't part the
/// change from the memory of it.
public final class IdempotencyTicket: Sendable {
    let id: String
    let isDurable: Bool
    /// The connection that the first try may have called; another try calls no other one.
    let pinned: ConnectionID?
    private let bodyDigest: String
    private let owner: String
    private let expiresAt: Timestamp
    private let recorded = Atomic<Bool>(false)
    private let renderer = Mutex<(@Sendable (CommandAnswer) -> IdempotentAnswer?)?>(nil)

    init(
        id: String,
        bodyDigest: String,
        owner: String,
        expiresAt: Timestamp,
        isDurable: Bool,
        pinned: ConnectionID?
    ) {
        self.id = id
        self.bodyDigest = bodyDigest
        self.owner = owner
        self.expiresAt = expiresAt
        self.isDurable = isDurable
        self.pinned = pinned
    }

    /// Says how an answer is written, for those that are kept with their changes.
    public func render(with render: @escaping @Sendable (CommandAnswer) -> IdempotentAnswer?) {
        renderer.withLock { $0 = render }
    }

    /// Looks, where the request's changes are planned, whether another process was asked the same.
    ///
    /// The gate lets one of them pass in a process; of those in others only the log tells. A request
    /// whose claim is durable was alone from its claim on.
    ///
    /// - Throws: `IDEMPOTENCY_IN_PROGRESS`: the key leads to the other one's answer from now on.
    func check(_ state: State, now: Timestamp) throws(CommandError) {
        guard !isDurable, let record = state.idempotency[id], record.expiresAt > now else { return }
        throw IdempotencyGate.inProgress
    }

    /// The same for the claim of a request that nobody may begin twice.
    func checkClaim(_ state: State, now: Timestamp) throws(CommandError) {
        guard let record = state.idempotency[id], record.expiresAt > now else { return }
        guard record.answer == nil, record.repeatableOn != nil else {
            throw IdempotencyGate.inProgress
        }
    }

    /// Whether the answer is in the log already.
    var isRecorded: Bool { recorded.load(ordering: .acquiring) }

    /// Notes that the entry with the answer is durable.
    func noteRecorded() { recorded.store(true, ordering: .releasing) }

    /// The change that keeps the answer of a write; nil when it can't be kept.
    func change(keeping answer: CommandAnswer) -> Change? {
        guard let render = renderer.withLock({ $0 }), let answer = render(answer),
            answer.body.count <= IdempotencyRecord.bodyByteCountMax
        else { return nil }
        return change(answer: answer)
    }

    func change(
        answer: IdempotentAnswer?,
        repeatableOn connection: ConnectionID? = nil
    ) -> Change {
        .putIdempotency(
            IdempotencyRecord(
                key: id,
                bodyDigest: bodyDigest,
                expiresAt: expiresAt,
                owner: owner,
                answer: answer.map { .init(status: $0.status, headers: $0.headers, body: $0.body) },
                repeatableOn: connection
            )
        )
    }
}

/// An answer that may be given again.
public struct IdempotentAnswer: Sendable, Equatable {
    /// The status.
    public let status: Int
    /// The header fields that belong to it.
    public let headers: [String: String]
    /// The body.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
