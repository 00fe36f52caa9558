public import Ledger
import Platform
import Synchronization

/// The journal in a folder: the default, with nothing to install.
///
/// The folder holds segments of the log, snapshots, and the lock of the one process that works on it.
///
///     LOCK                                   the id of the process that holds the folder
///     ledger-00000000000000000001.log        the segment whose first record has position 1
///     ledger-00000000000000081920.log        the next one, which is written to
///     snapshot-00000000000000090000.ndjson   the fold of the records up to 90000
///     *.tmp                                  being made; removed at the next start
///     *.broken                               kept for a human: cut tails, unreadable snapshots
///
/// **A segment, format version 1.** All integers are little endian. A header of 32 bytes, records, a
/// seal once a next segment exists, and zeros to the end of the file:
///
///     header   0   8  the text "BNDRYLOG"
///              8   4  format version, 1
///             12   4  zero
///             16   8  the position of the first record
///             24   4  zero
///             28   4  CRC32C of bytes 0 to 27; here in every version to come
///     record   0   4  CRC32C of bytes 4 to the end of the padding
///              4   4  payload length, 1 to 64 MiB
///              8   8  position: one more than the record before it
///             16   4  place in its batch, from 0
///             20   4  number of records in its batch
///             24   …  payload, then 0 to 7 zero bytes up to a multiple of 8
///     seal    as a record of payload length 0, place 0, number 0, and the next segment's position
///
/// **A snapshot, version 1.** Lines of UTF-8 that end with a line feed: a header, the source's lines,
/// and a trailer with their number and the CRC32C of all bytes before the trailer:
///
///     {"format":"bindery-snapshot","version":1,"position":90000}
///     …
///     {"count":1234,"digest":"crc32c:0a1b2c3d"}
///
/// **Append.** A batch is one write and one `fdatasync`, and never spans two segments. Segments are
/// reserved at their full size and zeros are written ahead of the records, so a sync of a batch
/// needs no change of metadata. A new file gets its name only when it is whole.
///
/// **Recovery.** A crash can only spoil the last batch, as each was durable before the next began; any
/// subset of its sectors may be missing. So a bad record, or a batch without its end, in the last
/// segment with no record of a later batch behind it is a torn tail, and is cut after its bytes
/// were copied to a `.broken` file. Everything else that does not add up is damage: the journal
/// refuses to load and names the segment and the offset. The last batch is written again before it
/// is reported, as a failed sync may have left it in memory only.
///
/// It refuses to be shared: many processes over one log are the work of another journal.
public final class FileJournal: Journal {
    private let disk: any LogDisk
    let writer: FileQueue<LogWriter>
    private let keeper: FileQueue<SnapshotWriter>
    let reader: FileQueue<HistoryReader>
    let phase = Mutex(Phase.new)

    /// A journal in the folder at `path`.
    ///
    /// Nothing is read or made before `load`.
    public convenience init(folder path: String, configuration: Configuration = Configuration()) {
        self.init(disk: FolderDisk(folder: Folder(path)), configuration: configuration)
    }

    /// A journal on any disk: the tests have one that loses what was not synced.
    package init(disk: any LogDisk, configuration: Configuration = Configuration()) {
        self.disk = disk
        writer = FileQueue(
            label: "bindery.ledger.append",
            LogWriter(disk: disk, configuration: configuration)
        )
        keeper = FileQueue(
            label: "bindery.ledger.snapshot",
            SnapshotWriter(disk: disk, snapshotCount: configuration.snapshotCount)
        )
        reader = FileQueue(label: "bindery.ledger.history", HistoryReader(disk: disk))
    }

    /// Takes the folder, which is made when it is missing, and reads it; see `Journal.load`.
    ///
    /// - Throws: besides, `.readOnly` when the folder cannot be written.
    public func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        try phase.withLock { (phase) throws(JournalError) in try phase.begin() }
        do {
            let lock = try Self.takeLock(of: disk)
            let recovery = try Recovery(disk: disk)
            let end = try recovery.run(line: line, record: record)
            phase.withLock { phase in phase = .open(lock, end) }
            return end.report
        } catch {
            // The lock is free again: the folder can be mended and loaded by another journal.
            phase.withLock { phase in phase = .closed }
            throw error
        }
    }

    /// Appends a batch on the journal's own queue; see `Journal.append`.
    ///
    /// `.conflict` means that the positions do not follow the last one, and nothing was written.
    public func append(_ records: [JournalRecord]) async throws(JournalError) {
        let end = try phase.withLock { (phase) throws(JournalError) in try phase.end() }
        try await writer.run { (writer) throws(JournalError) in
            try writer.append(records, after: end)
        }
    }

    /// The queue of the appends.
    public var appendExecutor: (any TaskExecutor)? { writer.taskExecutor }

    /// Writes a snapshot beside the appends, on a queue of its own; see `Journal.save`.
    public func save(_ snapshot: any SnapshotSource) async throws(JournalError) {
        let end = try phase.withLock { (phase) throws(JournalError) in try phase.end() }
        let last = await writer.run { writer in writer.lastPosition(since: end) }
        precondition(snapshot.position <= last, "a snapshot covers only what is durable")
        try await keeper.run { (keeper) throws(JournalError) in try keeper.save(snapshot) }
    }

    /// Waits for what is being written, and lets go of the folder.
    public func close() async {
        // The lock outlives the writers: another process must not begin while they end.
        let lock = phase.withLock { phase in phase.close() }
        await writer.run { writer in writer.close() }
        await keeper.run { keeper in keeper.close() }
        await reader.run { reader in reader.close() }
        withExtendedLifetime(lock) {}
    }

    private static func takeLock(
        of disk: any LogDisk
    ) throws(JournalError) -> any AnyObject & Sendable {
        let attempt = try JournalError.translating { () throws(SystemError) in
            try disk.create()
            return try disk.lock()
        }
        switch attempt {
        case .taken(let lock): return lock
        case .held(let processID):
            let holder = processID.map { "process \($0)" } ?? "another process"
            throw JournalError(
                .locked,
                "\(disk.path) is held by \(holder): stop it, or use another folder"
            )
        }
    }
}
