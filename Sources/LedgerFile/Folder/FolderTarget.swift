public import Ledger
import Platform
import Synchronization

/// A new ledger folder that is filled from another journal.
///
/// It is filled under another name, and gets its own when it is whole.
public final class FolderTarget: JournalTarget {
    /// What stands behind the folder's name while it is filled.
    static let draftSuffix = ".migrating"

    private struct Content {
        var target: LedgerTarget?
        var writer: LogWriter?
        var end: LogEnd?
    }

    private let folder: Folder
    private let name: String
    private let content = Mutex(Content())

    /// The ledger folder of the data folder at `path`, which may hold none yet.
    public init(dataFolder path: String, name: String) {
        (folder, self.name) = (Folder(path), name)
    }

    /// Makes the folder under its other name.
    ///
    /// - Throws: `.unavailable` when there is a ledger, or a copy that was broken off.
    public func begin(with snapshot: (any SnapshotSource)?) async throws(JournalError) {
        let names = try JournalError.translating { () throws(SystemError) in
            try folder.create()
            return try folder.names()
        }
        guard !names.contains(name) else {
            throw JournalError(.unavailable, "there is a ledger already: \(folder.path(of: name))")
        }
        let draft = folder.path(of: name + Self.draftSuffix)
        let target = try LedgerTarget(draft)
        let base = snapshot?.position ?? 0
        if let snapshot { try target.save(snapshot) }
        let report = JournalReport(snapshotPosition: base, lastPosition: base, tornByteCount: 0)
        content.withLock { content in
            content = Content(
                target: target,
                writer: target.makeWriter(),
                end: LogEnd(report: report, segment: nil)
            )
        }
    }

    /// Adds records; each call is synced.
    public func add(_ records: [JournalRecord]) async throws(JournalError) {
        try content.withLock { (content) throws(JournalError) in
            guard let end = content.end else { preconditionFailure("a copy is begun first") }
            try content.writer?.append(records, after: end)
        }
    }

    /// Gives the folder its name.
    public func finish() async throws(JournalError) {
        content.withLock { $0 = Content() }
        try JournalError.translating { () throws(SystemError) in
            try folder.rename(name + Self.draftSuffix, to: name)
            try folder.sync()
        }
    }
}
