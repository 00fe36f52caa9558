public import Ledger
import Platform

/// A journal's folder, looked at from outside: by the commands that check, copy and repair it.
///
/// What only reads takes no lock and changes nothing, so that it works on a backup that may not be
/// written to, and on the folder of a server that runs.
public struct LedgerFolder: Sendable {
    /// The folder with the segments.
    public let path: String
    let disk: any LogDisk

    /// The journal's folder at `path`, or the one called `ledger` in it.
    ///
    /// - Throws: `.unavailable` when there is no such folder, or no ledger in it.
    public init(_ path: String) throws(JournalError) {
        let folder = Folder(path)
        let names = try JournalError.translating { () throws(SystemError) in try folder.names() }
        let inner = Folder(folder.path(of: Self.name))
        let isOuter = !names.contains(where: LogFileName.isKept) && names.contains(Self.name)
        let disk = FolderDisk(folder: isOuter ? inner : folder)
        try self.init(disk: disk)
    }

    /// A journal's folder on any disk.
    package init(disk: any LogDisk) throws(JournalError) {
        let names = try JournalError.translating { () throws(SystemError) in try disk.names() }
        guard names.contains(where: LogFileName.isKept) else {
            throw JournalError(.unavailable, "\(disk.path): there is no ledger in this folder")
        }
        self.disk = disk
        path = disk.path
    }

    /// The name of the journal's folder in a data folder.
    public static let name = "ledger"

    /// The process that holds the folder; nil when none does.
    ///
    /// What is read of a held folder may be a batch that is being written.
    public func holder() throws(JournalError) -> String? {
        let folder = Folder(path)
        let holder = try JournalError.translating { () throws(SystemError) in
            try FolderLock.holder(of: folder)
        }
        return holder.map { $0.processID.map { "process \($0)" } ?? "another process" }
    }
}

extension LogFileName {
    /// Whether it is a segment or a snapshot.
    static func isKept(_ name: String) -> Bool {
        segmentPosition(name) != nil || snapshotPosition(name) != nil
    }
}
