import Dispatch
import Synchronization

/// Threads for work on files that may block for long, a fixed number of them, and a bounded line.
///
/// Each lane is a serial queue, which Dispatch gives a thread beyond its pool. A concurrent queue
/// would take the pool's own, on which Swift's tasks run too: a disk that hangs would hold up all of
/// them.
final class FileLanes: Sendable {
    private struct Load {
        var perLane: [Int]
        var total = 0
    }

    private let lanes: [DispatchQueue]
    private let waitingCountMax: Int
    private let load: Mutex<Load>

    /// Lanes that take so much work at one time, all together.
    init(label: String, count: Int, waitingCountMax: Int) {
        lanes = (0..<count).map { DispatchQueue(label: "\(label)-\($0)") }
        self.waitingCountMax = waitingCountMax
        load = Mutex(Load(perLane: [Int](repeating: 0, count: count)))
    }

    /// Does `work` on the lane with the least to do; false when too much waits already.
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let found = load.withLock { load -> Int? in
            guard load.total < waitingCountMax else { return nil }
            let lane = load.perLane.indices.min { load.perLane[$0] < load.perLane[$1] } ?? 0
            load.perLane[lane] += 1
            load.total += 1
            return lane
        }
        guard let found else { return false }
        lanes[found]
            .async {
                work()
                self.load.withLock { load in
                    load.perLane[found] -= 1
                    load.total -= 1
                }
            }
        return true
    }
}
