import Dispatch
import Platform
import Testing

@Suite struct FileQueueTests {
    @Test func `work is done one piece after another`() async {
        let queue = FileQueue(label: "test", 0)
        await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    await queue.run { count in
                        let before = count
                        count = before + 1
                    }
                }
            }
        }
        #expect(await queue.run { count in count } == 100)
    }

    @Test func `what work throws is thrown on`() async {
        let queue = FileQueue(label: "test", 0)
        let error = SystemError(operation: "work", errno: 5)
        await #expect(throws: error) {
            try await queue.run { (_) throws(SystemError) in throw error }
        }
    }

    /// More of the work than there are cores goes on at once, and a task that ends it still runs.
    ///
    /// When this is broken the test never ends.
    @Test(.timeLimit(.minutes(1)))
    func `work that blocks holds up no task`() async {
        let gate = DispatchSemaphore(value: 0)
        let count = 16
        await withTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    let queue = FileQueue(label: "test \(number)", gate)
                    await queue.run { gate in gate.wait() }
                }
            }
            group.addTask {
                for _ in 0..<1000 { await Task.yield() }
                for _ in 0..<count { gate.signal() }
            }
        }
    }

    @Test @MainActor func `work from the main actor is done on the queue`() async {
        let queue = FileQueue(label: "test", 0)
        await queue.run { _ in dispatchPrecondition(condition: .notOnQueue(.main)) }
    }
}
