import Synchronization

/// Records that are appended together: tells once, when the last of them is done.
final class AppendGroup: Sendable {
    private let state: Mutex<(left: Int, failure: AuditError?)>
    private let done: @Sendable (Result<Void, AuditError>) -> Void

    /// A group of `count` records, at least one.
    init(count: Int, done: @escaping @Sendable (Result<Void, AuditError>) -> Void) {
        self.state = Mutex((count, nil))
        self.done = done
    }

    /// Notes what became of one record.
    func finish(_ result: Result<ChainLink, AuditError>) {
        let (left, failure) = state.withLock { state in
            state.left -= 1
            if case .failure(let error) = result { state.failure = state.failure ?? error }
            return state
        }
        if left == 0 { done(failure.map { .failure($0) } ?? .success(())) }
    }
}
