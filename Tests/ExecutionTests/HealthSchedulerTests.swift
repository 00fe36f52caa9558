import Model
import Platform
import Synchronization
import Testing
import Waiting

@testable import Execution

@Suite(.timeLimit(.minutes(4))) struct HealthSchedulerTests {
    /// Checks that end when the test says so.
    private final class Checks: Sendable {
        private struct Content {
            var started: [HealthTarget: Int] = [:]
            var running = 0
            var runningMax = 0
            var waiters: [CheckedContinuation<Void, Never>] = []
        }

        private let content = Mutex(Content())

        var started: [HealthTarget: Int] { content.withLock { $0.started } }
        var running: Int { content.withLock { $0.running } }
        var runningMax: Int { content.withLock { $0.runningMax } }

        func begin(_ target: HealthTarget) {
            content.withLock { Self.begin(target, &$0) }
        }

        func end() { content.withLock { $0.running -= 1 } }

        /// Begins a check that waits until it is released.
        ///
        /// Both at once, so that whoever is counted as running can be released.
        func hold(_ target: HealthTarget) async {
            await withCheckedContinuation { continuation in
                content.withLock { content in
                    content.waiters.append(continuation)
                    Self.begin(target, &content)
                }
            }
        }

        private static func begin(_ target: HealthTarget, _ content: inout Content) {
            content.started[target, default: 0] += 1
            content.running += 1
            content.runningMax = max(content.runningMax, content.running)
        }

        /// Lets those go that wait.
        func release() {
            let waiters = content.withLock { content in
                defer { content.waiters = [] }
                return content.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func target(_ index: Int) throws -> HealthTarget {
        HealthTarget(
            tenant: try #require(TenantID("acme")),
            connection: try #require(ConnectionID("conn-\(index)"))
        )
    }

    /// Waits until something holds that other tasks bring about.
    private func until(line: Int = #line, _ isThere: () -> Bool) async throws {
        try await Wait.until("what line \(line) waits for", isThere)
    }

    @Test func `ten thousand connections are all checked, a bounded number at a time`() async throws
    {
        let (manual, checks) = (ManualClock(), Checks())
        let scheduler = HealthScheduler(concurrency: 16, clock: manual.clock(fraction: 0.5)) {
            checks.begin($0)
            await Task.yield()
            checks.end()
            return .seconds(60)
        }
        for index in 0..<10_000 { scheduler.add(try target(index), within: .seconds(60)) }
        scheduler.startDue()
        #expect(checks.started.isEmpty)
        manual.advance(.seconds(30))
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 10_000 }
        #expect(checks.started.count == 10_000)
        #expect(checks.started.values.allSatisfy { $0 == 1 })
        #expect((1...16).contains(checks.runningMax))
        manual.advance(.seconds(59))
        scheduler.startDue()
        #expect(scheduler.statistics.runningCount == 0)
        manual.advance(.seconds(1))
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 20_000 }
        #expect(checks.started.values.allSatisfy { $0 == 2 })
        #expect(scheduler.statistics.targetCount == 10_000)
    }

    @Test(arguments: [(0.0, 54), (0.5, 60), (1.0, 66)])
    func `an interval varies by a tenth at most`(_ fraction: Double, _ seconds: Int) async throws {
        let (manual, checks) = (ManualClock(), Checks())
        let scheduler = HealthScheduler(concurrency: 1, clock: manual.clock(fraction: fraction)) {
            checks.begin($0)
            checks.end()
            return .seconds(60)
        }
        scheduler.add(try target(0), within: .zero)
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 1 }
        manual.advance(.seconds(seconds) - .milliseconds(1))
        scheduler.startDue()
        #expect(scheduler.statistics.runningCount == 0)
        manual.advance(.milliseconds(2))
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 2 }
    }

    @Test func `checks that hang hold up the others no further than the bound`() async throws {
        let (manual, checks) = (ManualClock(), Checks())
        let hanging = try target(0)
        let scheduler = HealthScheduler(concurrency: 2, clock: manual.clock(fraction: 0)) {
            if $0 == hanging { await checks.hold($0) } else { checks.begin($0) }
            checks.end()
            return .seconds(60)
        }
        for index in 0..<50 { scheduler.add(try target(index), within: .seconds(1)) }
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 49 && checks.running == 1 }
        #expect(scheduler.statistics.runningCount == 1)
        checks.release()
        try await until { scheduler.statistics.runningCount == 0 }
        #expect(checks.runningMax <= 2)
    }

    @Test func `with every place taken nothing is started, and lateness grows`() async throws {
        let (manual, checks) = (ManualClock(), Checks())
        let scheduler = HealthScheduler(concurrency: 2, clock: manual.clock(fraction: 0)) {
            await checks.hold($0)
            checks.end()
            return .seconds(60)
        }
        for index in 0..<3 { scheduler.add(try target(index), within: .seconds(1)) }
        scheduler.startDue()
        try await until { checks.running == 2 }
        manual.advance(.seconds(7))
        scheduler.startDue()
        #expect(scheduler.statistics.runningCount == 2)
        #expect(scheduler.statistics.lateness == .seconds(7))
        checks.release()
        try await until { scheduler.statistics.checkCount == 2 && checks.started.count == 3 }
        checks.release()
        try await until { scheduler.statistics.checkCount == 3 }
        #expect(scheduler.statistics.lateness == .zero)
    }

    @Test func `a connection that goes is checked no more, also in the middle of a check`()
        async throws
    {
        let (manual, checks) = (ManualClock(), Checks())
        let wasCancelled = Mutex<[Bool]>([])
        let scheduler = HealthScheduler(concurrency: 2, clock: manual.clock(fraction: 0)) {
            await checks.hold($0)
            wasCancelled.withLock { $0.append(Task.isCancelled) }
            checks.end()
            return .seconds(60)
        }
        let gone = try target(0)
        scheduler.add(gone, within: .zero)
        scheduler.startDue()
        try await until { checks.running == 1 }
        scheduler.remove(gone)
        #expect(!scheduler.contains(gone))
        // Back again before the check of before has ended: never two at a time.
        scheduler.add(gone, within: .zero)
        scheduler.startDue()
        #expect(checks.started[gone] == 1)
        checks.release()
        try await until { scheduler.statistics.runningCount == 0 }
        #expect(wasCancelled.withLock { $0 } == [true])
        manual.advance(.seconds(1))
        scheduler.startDue()
        try await until { checks.running == 1 }
        checks.release()
        try await until { scheduler.statistics.checkCount == 2 }
        #expect(wasCancelled.withLock { $0 } == [true, false])
    }

    @Test func `a check that says never is the last one`() async throws {
        let manual = ManualClock()
        let scheduler = HealthScheduler(concurrency: 1, clock: manual.clock()) { _ in nil }
        scheduler.add(try target(0), within: .zero)
        scheduler.startDue()
        try await until { scheduler.statistics.checkCount == 1 }
        #expect(scheduler.statistics.targetCount == 0)
    }

    @Test func `after the stop nothing runs and nothing is started`() async throws {
        let (manual, checks) = (ManualClock(), Checks())
        let scheduler = HealthScheduler(concurrency: 4, clock: manual.clock(fraction: 0)) {
            let target = $0
            await withTaskCancellationHandler {
                await checks.hold(target)
            } onCancel: {
                checks.release()
            }
            checks.end()
            return .seconds(1)
        }
        for index in 0..<10 { scheduler.add(try target(index), within: .zero) }
        scheduler.startDue()
        try await until { checks.running == 4 }
        await scheduler.stop()
        #expect(checks.running == 0)
        manual.advance(.seconds(10))
        scheduler.startDue()
        #expect(scheduler.statistics.runningCount == 0)
        #expect(checks.started.count == 4)
    }

    @Test func `only those are kept that are named`() throws {
        let scheduler = HealthScheduler(concurrency: 1, clock: ManualClock().clock()) { _ in nil }
        for index in 0..<5 { scheduler.add(try target(index), within: .seconds(1)) }
        scheduler.retain([try target(1), try target(3)])
        #expect(scheduler.statistics.targetCount == 2)
        #expect(scheduler.contains(try target(3)))
        #expect(!scheduler.contains(try target(4)))
    }

    @Test func `the schedule hands out in order of time, whatever was moved and removed`() throws {
        var schedule = HealthSchedule()
        func time(_ value: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: value) }
        var expected: [HealthTarget: Int64] = [:]
        var number: UInt64 = 7
        for turn in 0..<5000 {
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let target = try target(Int(number >> 40) % 300)
            if turn % 5 == 4 {
                schedule.remove(target)
                expected[target] = nil
            } else {
                let due = Int64(number >> 33) % 100_000
                schedule.put(target, at: time(due))
                expected[target] = due
            }
        }
        #expect(schedule.count == expected.count)
        let order = expected.values.sorted()
        for due in order {
            let (first, early) = (schedule.nextDue(), schedule.takeDue(at: time(due - 1)))
            #expect(first == time(due))
            #expect(early == nil)
            let next = schedule.takeDue(at: time(due))
            let taken = try #require(next)
            #expect(expected[taken] == due)
            #expect(schedule.isBeingChecked(taken))
        }
        let rest = schedule.nextDue()
        #expect(rest == nil)
    }
}
