import Model
import Platform
import Synchronization

/// Has connections checked, each at its interval with jitter, and a bounded number at a time.
///
/// It knows when, not how: what a check is, and how long until the next one, the owner says. A check
/// that ends starts the next one that is due, so that the bound alone limits how many are made; when
/// providers are slower than the bound allows, rounds take longer and `Statistics.lateness` says so.
public final class HealthScheduler: Sendable {
    /// Checks a target; answers how long until its next check, nil when it is checked no more.
    public typealias Check = @Sendable (HealthTarget) async -> Duration?

    /// How much an interval varies, in both directions: connections that were made together drift
    /// apart.
    static let jitter = 0.1
    /// The longest wait between two looks at the schedule.
    static let lookInterval = Duration.milliseconds(250)
    /// How long a target waits whose check of before still runs.
    private static let busyPause = Duration.seconds(1)

    /// What the scheduler does at one moment.
    public struct Statistics: Sendable {
        /// The connections that are checked.
        public let targetCount: Int
        /// The checks that run.
        public let runningCount: Int
        /// The checks that have ended since the start.
        public let checkCount: UInt64
        /// How long the first of those that wait has been due; 0 when none is.
        public let lateness: Duration
    }

    private struct Content {
        var schedule = HealthSchedule()
        var running: [HealthTarget: Task<Void, Never>] = [:]
        var checkCount: UInt64 = 0
        var isStopped = false
    }

    private let concurrency: Int
    private let clock: ExecutionClock
    private let check: Check
    private let content = Mutex(Content())

    /// A scheduler that makes at most `concurrency` checks at a time.
    public init(concurrency: Int, clock: ExecutionClock = .system, check: @escaping Check) {
        precondition(concurrency > 0, "without a check at a time nothing is ever checked")
        self.concurrency = concurrency
        self.clock = clock
        self.check = check
    }

    /// What it does now.
    public var statistics: Statistics {
        let now = clock.now()
        return content.withLock { content in
            let due = content.schedule.nextDue() ?? now
            return Statistics(
                targetCount: content.schedule.count,
                runningCount: content.running.count,
                checkCount: content.checkCount,
                lateness: max(.zero, now - due)
            )
        }
    }

    /// Whether the target is checked.
    public func contains(_ target: HealthTarget) -> Bool {
        content.withLock { $0.schedule.contains(target) }
    }

    /// Has a target checked from now on, for the first time within `interval`.
    ///
    /// At random, so that a thousand connections that are made at once are not checked at once. One
    /// that is checked already keeps its time.
    public func add(_ target: HealthTarget, within interval: Duration) {
        let due = clock.now() + interval * clock.fraction()
        content.withLock { content in
            if !content.schedule.contains(target) { content.schedule.put(target, at: due) }
        }
    }

    /// Has a target checked no more; a check that runs is ended, and finds nothing.
    public func remove(_ target: HealthTarget) {
        let task = content.withLock { content in
            content.schedule.remove(target)
            return content.running[target]
        }
        task?.cancel()
    }

    /// Has no other targets checked than these.
    public func retain(_ targets: Set<HealthTarget>) {
        let surplus = content.withLock { $0.schedule.targets.filter { !targets.contains($0) } }
        for target in surplus { remove(target) }
    }

    /// Starts checks until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            startDue()
            let due = content.withLock { $0.schedule.nextDue() }
            let wait = due.map { $0 - clock.now() } ?? Self.lookInterval
            await clock.sleep(min(max(wait, .milliseconds(5)), Self.lookInterval))
        }
    }

    /// Starts no more checks, ends those that run, and returns when they have ended.
    public func stop() async {
        let tasks = content.withLock { content in
            content.isStopped = true
            return Array(content.running.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Starts those checks that are due, as many as may run.
    func startDue() {
        let now = clock.now()
        content.withLock { content in
            while !content.isStopped, content.running.count < concurrency,
                let target = content.schedule.takeDue(at: now)
            {
                guard content.running[target] == nil else {
                    // Taken out and put in again while it was being checked.
                    content.schedule.put(target, at: now + Self.busyPause)
                    continue
                }
                content.running[target] = Task {
                    let interval = await check(target)
                    finish(target, startedAt: now, next: interval)
                }
            }
        }
    }

    private func finish(
        _ target: HealthTarget,
        startedAt start: MonotonicInstant,
        next interval: Duration?
    ) {
        let now = clock.now()
        let factor = 1 - Self.jitter + 2 * Self.jitter * clock.fraction()
        content.withLock { content in
            content.running[target] = nil
            content.checkCount += 1
            guard content.schedule.isBeingChecked(target) else { return }
            guard let interval else { return content.schedule.remove(target) }
            // From the start: a slow provider is not checked less often.
            content.schedule.put(target, at: max(now, start + interval * factor))
        }
        startDue()
    }
}
