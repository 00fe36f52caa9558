import Foundation
import Synchronization
import Testing

@testable import Platform

@Suite struct FileLanesTests {
    @Test func `work that blocks holds up neither tasks nor other lanes`() async throws {
        let lanes = FileLanes(label: "test", count: 8, waitingCountMax: 100)
        let gate = DispatchSemaphore(value: 0)
        defer { for _ in 0..<7 { gate.signal() } }
        for _ in 0..<7 { #expect(lanes.run { gate.wait() }) }
        // The eighth lane is free, and so are the threads that tasks run on.
        let answer: Int = await withCheckedContinuation { continuation in
            #expect(lanes.run { continuation.resume(returning: 1) })
        }
        #expect(answer == 1)
        await Task.yield()
    }

    @Test func `so much waits, and one more is refused`() async throws {
        let lanes = FileLanes(label: "test", count: 1, waitingCountMax: 3)
        let gate = DispatchSemaphore(value: 0)
        let done = Atomic(0)
        for _ in 0..<3 {
            #expect(
                lanes.run {
                    gate.wait()
                    done.add(1, ordering: .relaxed)
                }
            )
        }
        #expect(!lanes.run {})
        for _ in 0..<3 { gate.signal() }
        for _ in 0..<3000 where done.load(ordering: .relaxed) < 3 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(done.load(ordering: .relaxed) == 3)
    }
}
