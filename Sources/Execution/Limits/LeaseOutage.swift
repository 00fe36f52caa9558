import Platform
import Synchronization

/// What an operator is told of the limits that replicas share, once each time.
public enum LimitsNotice: Sendable, Hashable {
    /// They cannot be asked; what went wrong.
    case unavailable(detail: String, failsOpen: Bool)
    /// They can be asked again, after so long.
    case available(after: Duration)
}

/// Whether shared limits can be asked: in an outage one call at a time finds out, and the others are
/// answered at once.
final class LeaseOutage: Sendable {
    private struct State {
        /// When it began; nil while there is none.
        var since: MonotonicInstant?
        var pausesUntil = MonotonicInstant(nanoseconds: .min)
    }

    private let clock: ExecutionClock
    private let tell: @Sendable (LimitsNotice) -> Void
    private let failsOpen: Bool
    private let state = Mutex(State())

    init(
        _ clock: ExecutionClock,
        failsOpen: Bool,
        _ tell: @escaping @Sendable (LimitsNotice) -> Void
    ) {
        self.clock = clock
        self.failsOpen = failsOpen
        self.tell = tell
    }

    /// Whether the last attempt failed, and the next one is not due.
    var isPausing: Bool {
        let now = clock.now()
        return state.withLock { now < $0.pausesUntil }
    }

    /// Whether a call may ask; in an outage it is the one that finds out whether it is over.
    func mayAsk() -> Bool {
        let now = clock.now()
        return state.withLock { state in
            guard state.since != nil else { return true }
            guard now >= state.pausesUntil else { return false }
            // Until its attempt ends, which says how it goes on.
            state.pausesUntil = now + LeaseDesk.leaseTimeMax + LeaseDesk.outagePause
            return true
        }
    }

    /// Whether the last attempt failed.
    var isOn: Bool { state.withLock { $0.since != nil } }

    /// Notes an attempt that failed.
    func begin(_ detail: String) {
        let now = clock.now()
        let isNew = state.withLock { state in
            defer { state.since = state.since ?? now }
            state.pausesUntil = now + LeaseDesk.outagePause
            return state.since == nil
        }
        if isNew { tell(.unavailable(detail: detail, failsOpen: failsOpen)) }
    }

    /// Notes an attempt that was answered.
    func end() {
        let since = state.withLock { state in
            defer { state = State() }
            return state.since
        }
        if let since { tell(.available(after: clock.now() - since)) }
    }
}
