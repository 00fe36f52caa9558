public import Ledger
import Platform

/// A journal's folder as a journal that is only read: what a start would find, without mending it.
///
/// A snapshot that is saved goes to another folder, so that a copy of the newest state can be made of
/// the folder of a server that runs.
public final class FolderReading: Journal {
    private let source: LedgerFolder
    private let target: LedgerTarget?

    /// Reads `source`; snapshots go to `target`.
    public init(_ source: LedgerFolder, savingTo target: LedgerTarget? = nil) {
        (self.source, self.target) = (source, target)
    }

    /// Reads the newest whole snapshot and the log behind it; a torn tail is passed over.
    public func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        try Recovery(disk: source.disk).run(mends: false, line: line, record: record).report
    }

    /// Throws: nothing is appended.
    public func append(_ records: [JournalRecord]) async throws(JournalError) {
        if records.isEmpty { return }
        throw JournalError(.readOnly, "\(source.path) is only read")
    }

    /// Writes the snapshot to the other folder.
    public func save(_ snapshot: any SnapshotSource) async throws(JournalError) {
        guard let target else { throw JournalError(.readOnly, "\(source.path) is only read") }
        try target.save(snapshot)
    }

    /// Throws `.notKept`: what is made of a folder that is only read is its newest state.
    public func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        throw JournalError(.notKept, "\(source.path) is read for its newest state alone")
    }

    /// There is nothing to let go of.
    public func close() async {}
}
