public import Ledger
import Platform
import Synchronization

extension FileJournal {
    /// Lends what the folder keeps, on a queue of its own; see `Journal.withHistory`.
    public func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let end = try phase.withLock { (phase) throws(JournalError) in try phase.end() }
        // Behind the appends that were asked for before, so that these are in it.
        let last = await writer.run { writer in writer.lastPosition(since: end) }
        return try await reader.run { (reader) throws(JournalError) in
            try read(reader.history(upTo: last))
        }
    }
}
