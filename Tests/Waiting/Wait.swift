/// Waiting that ends: a test may fail, but never hang.
///
/// Swift Testing can end no test that blocks its thread or spins, so every loop that waits for
/// another part has its own end.
public enum Wait {
    /// How long a test waits for anything: far more than a slow machine under load needs.
    public static let patience = Duration.seconds(60)

    /// Waits until the condition holds, asking a little at a time.
    ///
    /// The condition itself has to come back: what it waits for has a deadline of its own.
    ///
    /// - Throws: `TimeIsUp`, which names what was waited for, after `patience`.
    public static func until(
        _ what: String,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = Deadline(what)
        while try await !condition() { try await deadline.pause() }
    }

    /// Whether the condition holds before the patience ends, for a test that has to let others go
    /// in either case.
    public static func comes(_ condition: () throws -> Bool) async rethrows -> Bool {
        let deadline = Deadline("")
        while try !condition() {
            do { try await deadline.pause() } catch { return false }
        }
        return true
    }

    /// Runs work that waits inside another part, where no loop of the test's can look at the clock.
    ///
    /// - Parameters:
    ///   - what: what is waited for.
    ///   - giveUp: makes the other part come back; called when the patience has ended.
    ///   - work: what waits.
    /// - Returns: what the work returns.
    /// - Throws: `TimeIsUp` when it was called; else what the work throws.
    public static func letting<Value>(
        _ what: String,
        giveUp: @escaping @Sendable () async -> Void,
        work: () async throws -> Value
    ) async throws -> Value {
        let watch = Task {
            do { try await Task.sleep(for: patience) } catch { return false }
            await giveUp()
            return true
        }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        watch.cancel()
        if await watch.value { throw TimeIsUp(what: what) }
        return try outcome.get()
    }
}
