import Synchronization

/// Lets any number of callers wait until every loop has ended.
final class DrainLatch: Sendable {
    private struct State {
        var loopCountLeft: Int
        var isDraining = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(loopCount: Int) { state = Mutex(State(loopCountLeft: loopCount)) }

    /// Whether the caller is the first one and has to begin the drain.
    func begin() -> Bool {
        state.withLock { state in
            defer { state.isDraining = true }
            return !state.isDraining
        }
    }

    /// Returns when every loop has ended.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.loopCountLeft > 0 { state.waiting.append(continuation) }
                return state.loopCountLeft == 0
            }
            if isOver { continuation.resume() }
        }
    }

    /// Called once by each loop, last.
    func loopEnded() {
        let released = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.loopCountLeft -= 1
            guard state.loopCountLeft == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in released { continuation.resume() }
    }
}
