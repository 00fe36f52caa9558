#if PostgreSQL
public import Limits
import Platform
import Synchronization

/// The limits that the replicas of one ledger share, in its database.
///
/// It has a connection and a queue of its own, so that neither a long append nor a long reading holds
/// up a call. What is asked while a batch is on its way goes with the next one, in one transaction.
public final class PostgresLimits: SharedLimits {
    /// The most leases of one transaction.
    static let batchCountMax = 64
    /// The most leases that wait; beyond that they fail at once.
    static let waitingCountMax = 100_000
    /// How often rows that say nothing any more are deleted.
    static let cleaningInterval = Duration.seconds(60)

    private struct Waiting {
        let ask: LimitWriter.Ask
        let continuation: CheckedContinuation<LimitWriter.Answer, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isSending = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let writer: FileQueue<LimitWriter>
    private let cleaning: Task<Void, Never>
    private let stop = Bell()

    /// The limits of the ledger that the configuration names; nothing is connected to before the first
    /// lease.
    public init(_ configuration: PostgresJournal.Configuration) {
        let writer = FileQueue(
            label: "bindery.limits",
            LimitWriter(configuration, stop: stop)
        )
        self.writer = writer
        cleaning = Task {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: Self.cleaningInterval)
                } catch {
                    // Closed.
                    return
                }
                await Self.clean(writer)
            }
        }
    }

    deinit { cleaning.cancel() }

    /// Grants calls; see `SharedLimits`.
    public func lease(
        _ lease: LimitLease,
        within timeout: Duration
    ) async throws(SharedLimitsFailure) -> LimitGrant {
        let ask = LimitWriter.Ask(lease: lease, deadline: MonotonicClock.now + timeout)
        let answer = await withCheckedContinuation { continuation in
            enter(Waiting(ask: ask, continuation: continuation))
        }
        return try answer.get()
    }

    /// Fails what waits, and ends the connection.
    public func close() async {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = true
            return state.waiting
        }
        stop.ring()
        cleaning.cancel()
        for one in waiting { one.continuation.resume(returning: .failure(Self.isClosed)) }
        await writer.run { writer in writer.close() }
    }

    private static let isClosed = SharedLimitsFailure("the limits were closed")

    private func enter(_ waiting: Waiting) {
        enum Entry {
            case sends
            case waits
            case fails(SharedLimitsFailure)
        }
        let entry = state.withLock { state -> Entry in
            guard !state.isClosed else { return .fails(Self.isClosed) }
            guard state.waiting.count < Self.waitingCountMax else {
                return .fails(SharedLimitsFailure("too many leases wait for the database"))
            }
            state.waiting.append(waiting)
            if state.isSending { return .waits }
            state.isSending = true
            return .sends
        }
        switch entry {
        case .waits: break
        case .sends: Task { await send() }
        case .fails(let failure): waiting.continuation.resume(returning: .failure(failure))
        }
    }

    /// Sends batches until nothing waits.
    private func send() async {
        while let batch = nextBatch() {
            let asks = batch.map(\.ask)
            let answers = await writer.run { writer in writer.answer(asks) }
            for (waiting, answer) in zip(batch, answers) {
                waiting.continuation.resume(returning: answer)
            }
        }
    }

    private func nextBatch() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isSending = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.batchCountMax))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private static func clean(_ writer: FileQueue<LimitWriter>) async {
        do throws(PostgresFailure) {
            // One batch at a time, so that leases go between them.
            while try await writer.run({ (writer) throws(PostgresFailure) in
                try writer.deleteOld()
            }) {}
        } catch {
            // The next time will do: rows that are kept longer say nothing wrong, and an outage is told
            // by the leases.
        }
    }
}
#endif
