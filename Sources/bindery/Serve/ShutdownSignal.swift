import Platform
import Synchronization

/// The wish of the operator that the process ends: SIGTERM, or SIGINT from the keyboard.
///
/// The first signal is waited for; a second one ends the process at once, so that nobody has to
/// kill what takes too long to end.
final class ShutdownSignal: Sendable {
    private struct State {
        var count = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Shared with the handler, which may run after the watcher's owner is gone.
    private final class Arrival: Sendable {
        private let state = Mutex(State())

        func signalled() {
            let (count, released) = state.withLock { state in
                state.count += 1
                defer { state.waiting = [] }
                return (state.count, state.waiting)
            }
            for continuation in released { continuation.resume() }
            if count > 1 { CommandStatus.failure.exit() }
        }

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.count == 0 { state.waiting.append(continuation) }
                    return state.count > 0
                }
                if isOver { continuation.resume() }
            }
        }
    }

    private let arrival: Arrival
    private let watcher: SignalWatcher

    /// Watches from now on.
    init() {
        let arrival = Arrival()
        self.arrival = arrival
        self.watcher = SignalWatcher([.terminate, .interrupt]) { _ in arrival.signalled() }
    }

    /// Returns when the first signal has come.
    func first() async {
        await arrival.wait()
        withExtendedLifetime(watcher) {}
    }
}
