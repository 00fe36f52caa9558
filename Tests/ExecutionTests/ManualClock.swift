import Platform
import Synchronization

@testable import Execution

/// A clock that a test moves; waits are noted and take no time.
final class ManualClock: Sendable {
    private struct State {
        var now: Int64 = 1_000_000_000_000
        /// 2024-02-29T23:00:00Z.
        var calendar: Int64 = 1_709_247_600_000
        var waits: [Duration] = []
        /// By how much it was moved.
        var moved = Duration.zero
    }

    private let state = Mutex(State())

    /// By how much it was moved.
    var moved: Duration { state.withLock { $0.moved } }
    /// The waits so far.
    var waits: [Duration] { state.withLock { $0.waits } }

    func advance(_ duration: Duration) {
        state.withLock { state in
            state.moved += duration
            state.now += duration.nanosecondsClamped
            state.calendar += duration.nanosecondsClamped / 1_000_000
        }
    }

    private func wait(_ duration: Duration) { state.withLock { $0.waits.append(duration) } }

    /// The clock as execution sees it; `fraction` is what chance gives.
    func clock(fraction: Double = 1) -> ExecutionClock {
        ExecutionClock(
            now: { self.state.withLock { MonotonicInstant(nanoseconds: $0.now) } },
            calendar: { self.state.withLock { $0.calendar } },
            sleep: { self.wait($0) },
            fraction: { fraction }
        )
    }
}
