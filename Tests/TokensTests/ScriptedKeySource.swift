import Platform
import Synchronization
import TokenTesting

@testable import Tokens

/// Keys that a test hands out as it likes, and a clock that it moves.
final class ScriptedKeySource: KeySource {
    let interval = Duration.seconds(300)
    let askedInterval = Duration.seconds(10)

    private struct State {
        var reply: Result<[UInt8]?, KeySourceError> = .success(nil)
        var readCount = 0
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var time = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    }

    private let state = Mutex(State())

    var time: MonotonicInstant { state.withLock { $0.time } }
    var readCount: Int { state.withLock { $0.readCount } }
    var heldCount: Int { state.withLock { $0.held.count } }

    func wait(_ duration: Duration) { state.withLock { $0.time = $0.time + duration } }

    func answer(_ keys: [String]) { answer(text: SigningKey.set(keys)) }
    func answer(text: String) { state.withLock { $0.reply = .success(Array(text.utf8)) } }
    func fail(_ detail: String) {
        state.withLock { $0.reply = .failure(KeySourceError(detail: detail)) }
    }

    /// Reads wait until `release`.
    func hold() { state.withLock { $0.isHeld = true } }
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isHeld = false
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func read() async throws(KeySourceError) -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                state.readCount += 1
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
        return try state.withLock { $0.reply }.get()
    }

    func forget() async {}
}
