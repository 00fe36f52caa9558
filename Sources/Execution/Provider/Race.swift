import Synchronization

/// The wait for work that cannot be stopped, given up when the time is over.
///
/// The work goes on: others may wait for it too. A task group would not do, since it waits for all
/// of its tasks.
final class Race<Value: Sendable>: Sendable {
    private let waiting = Mutex<CheckedContinuation<Value?, Never>?>(nil)

    private init() {}

    /// What `work` gives; nil when `timeout` is over first.
    static func result(
        within timeout: Duration,
        of work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let race = Race()
        return await withCheckedContinuation { continuation in
            race.waiting.withLock { $0 = continuation }
            let timer = Task {
                do {
                    try await Task.sleep(for: timeout)
                    race.end(nil)
                } catch {
                    // The work was done in time.
                }
            }
            Task {
                race.end(await work())
                timer.cancel()
            }
        }
    }

    private func end(_ value: Value?) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: value)
    }
}
