import Synchronization
import Testing
import Waiting

@testable import Platform

@Suite struct EventLoopPollerTests {
    @Test func `tells what is ready, by its token, for as long as it is`() throws {
        let poller = try EventLoopPoller()
        var events = EventLoopPoller.Events()
        let listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        let client = try SocketPeer(connectingTo: listener.address)
        try poller.add(listener.descriptor, interest: .readable, token: 7)
        for _ in 0..<2 {
            poller.wait(into: &events, timeout: .seconds(10))
            #expect(events.count == 1 && events.token(0) == 7)
            #expect(events.readiness(0) == .readable)
        }
        poller.change(listener.descriptor, interest: [], token: 7)
        try poller.add(client.descriptor, interest: .writable, token: .max - 1)
        poller.wait(into: &events, timeout: .seconds(10))
        #expect(events.count == 1 && events.token(0) == .max - 1)
        #expect(events.readiness(0) == .writable)
        poller.remove(client.descriptor)
        poller.wait(into: &events, timeout: .zero)
        #expect(events.count == 0)
    }

    @Test func `tells that a connection is broken without being asked`() throws {
        let poller = try EventLoopPoller()
        var events = EventLoopPoller.Events()
        let listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        let client = try SocketPeer(connectingTo: listener.address)
        try poller.add(client.descriptor, interest: [], token: 1)
        listener.stopListening()
        poller.wait(into: &events, timeout: .seconds(10))
        #expect(events.count == 1)
        #expect(!events.readiness(0).isDisjoint(with: .broken))
    }

    @Test func `a descriptor that is not open is an error`() throws {
        let poller = try EventLoopPoller()
        let error = #expect(throws: SystemError.self) {
            try poller.add(-1, interest: .readable, token: 0)
        }
        #expect(error?.operation == "epoll_ctl add")
    }

    @Test func `changing what is not watched stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
            try EventLoopPoller().change(listener.descriptor, interest: .readable, token: 0)
        }
    }
}

@Suite struct EventLoopWakerTests {
    @Test func `many wakes are one event until it is acknowledged`() throws {
        let poller = try EventLoopPoller()
        let waker = try EventLoopWaker(poller: poller, token: 5)
        var events = EventLoopPoller.Events()
        poller.wait(into: &events, timeout: .zero)
        #expect(events.count == 0)
        for _ in 0..<3 { waker.wake() }
        poller.wait(into: &events, timeout: .seconds(10))
        #expect(events.count == 1 && events.token(0) == 5)
        waker.acknowledge()
        waker.acknowledge()
        poller.wait(into: &events, timeout: .zero)
        #expect(events.count == 0)
    }

    @Test func `ends a wait on another thread`() async throws {
        let poller = try EventLoopPoller()
        let waker = try EventLoopWaker(poller: poller, token: 5)
        let token = await withCheckedContinuation { continuation in
            EventLoopQueue(label: "test.loop")
                .run {
                    var events = EventLoopPoller.Events()
                    poller.wait(into: &events, timeout: Wait.patience)
                    continuation.resume(returning: events.count > 0 ? events.token(0) : nil)
                }
            waker.wake()
        }
        #expect(token == 5)
    }
}

@Suite struct EventLoopQueueTests {
    @Test func `more loops than processors run side by side`() async throws {
        #expect(EventLoopQueue.processorCount >= 1)
        // Each loop ends only when all have started, as blocking loops need.
        let startedCount = Atomics()
        let loopCount = 40
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<loopCount {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        EventLoopQueue(label: "test.loop")
                            .run {
                                startedCount.value.add(1, ordering: .sequentiallyConsistent)
                                let haveAllStarted = startedCount.wait(for: loopCount)
                                continuation.resume(returning: haveAllStarted)
                            }
                    }
                }
            }
            for await haveAllStarted in group { #expect(haveAllStarted) }
        }
        #expect(startedCount.value.load(ordering: .relaxed) == loopCount)
    }

    private final class Atomics: Sendable {
        let value = Atomic<Int>(0)

        /// Whether the count was reached in time.
        func wait(for count: Int) -> Bool {
            let deadline = Deadline("\(count) loops")
            while value.load(ordering: .sequentiallyConsistent) < count {
                if deadline.isOver { return false }
            }
            return true
        }
    }
}

@Suite struct MonotonicClockTests {
    @Test func `adds and subtracts durations, and stops at never`() {
        let instant = MonotonicInstant(nanoseconds: 5)
        #expect((instant + .seconds(2)).nanoseconds == 2_000_000_005)
        #expect((instant + .seconds(2)) - instant == .seconds(2))
        #expect(instant + .seconds(Int64.max) == .never)
        #expect(MonotonicInstant.never + .nanoseconds(1) == .never)
        #expect(instant < .never)
    }

    @Test(arguments: [
        (Duration.nanoseconds(1), Int64(1)), (.milliseconds(-3), -3_000_000),
        (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.zero, 0),
    ])
    func `a duration is held within 64 bits of nanoseconds`(_ duration: Duration, _ expected: Int64)
    {
        #expect(duration.nanosecondsClamped == expected)
    }

    @Test func `never runs backwards`() {
        var last = MonotonicClock.now
        for _ in 0..<1_000 {
            let next = MonotonicClock.now
            #expect(next >= last)
            last = next
        }
        #expect(MonotonicClock.calendarSeconds > 1_700_000_000)
        #expect(abs(WallClock.milliseconds() / 1_000 - Int64(MonotonicClock.calendarSeconds)) <= 1)
    }
}

@Suite struct DescriptorLimitTests {
    @Test func `is never lowered`() {
        let limit = DescriptorLimit.raise(to: 1)
        #expect(limit > 1)
        #expect(DescriptorLimit.raise(to: limit) == limit)
        #expect(DescriptorLimit.raise(to: .max) >= limit)
    }
}
