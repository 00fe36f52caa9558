import Synchronization

/// Why a commit changed nothing.
public enum CommitError<Refusal: Error>: Error {
    /// The plan refused.
    case refused(Refusal)
    /// The ledger could not write.
    case failed(LedgerError)
}

/// What a plan decided, handed from the flusher to the writer.
final class PlanOutcome<Answer: Sendable, Refusal: Error>: Sendable {
    enum Value: Sendable {
        case planned(Answer)
        case refused(Refusal)
    }

    private let content = Mutex<Value?>(nil)

    var value: Value? { content.withLock { $0 } }

    func set(_ value: Value) { content.withLock { $0 = value } }
}
