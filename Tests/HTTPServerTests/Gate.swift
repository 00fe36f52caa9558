import Synchronization

/// Holds suspended handlers back until a test lets them go on; counts what came by.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivalCount = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many have come to the gate.
    var arrivalCount: Int { state.withLock { state in state.arrivalCount } }

    /// Notes an arrival and waits until the gate is open.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivalCount += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
