import Glibc
import Ledger
import LedgerFile
import Platform
import Testing

/// A folder for one test, removed with everything in it.
final class TemporaryFolder: Sendable {
    let folder: Folder

    var path: String { folder.path }

    /// A new folder; one in memory, where the system has that, for tests of very many syncs.
    init(inMemory isInMemory: Bool = false) throws {
        let hasMemory = unsafe isInMemory && access("/dev/shm", W_OK) == 0
        let base = hasMemory ? "/dev/shm" : "/tmp"
        folder = Folder("\(base)/bindery-ledger-\(Hex.encode(Random.bytes(count: 8)))")
        try folder.create()
    }

    deinit {
        do {
            for name in try folder.names() { try folder.remove(name) }
            #expect(unsafe rmdir(folder.path) == 0)
        } catch {
            Issue.record(error)
        }
    }

    /// Removes the folder at `path` below this one, and the files in it.
    func removeFolder(_ path: String) throws {
        let folder = Folder(self.path + path)
        for name in try folder.names() { try folder.remove(name) }
        #expect(unsafe rmdir(folder.path) == 0)
    }

    /// The names of the files, but for the lock.
    func names() throws -> [String] {
        try folder.names().filter { name in name != FolderLock.fileName }
    }

    /// Removes all files.
    func clear() throws {
        for name in try folder.names() { try folder.remove(name) }
    }

    func remove(_ name: String) throws {
        try folder.remove(name)
    }

    func bytes(of name: String) throws -> [UInt8] {
        try File.contents(of: folder.path(of: name), byteCountMax: 1 << 30)
    }

    /// Puts `bytes` in place of what the file has.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = try File(folder.path(of: name), for: .readWrite, creating: .ifMissing)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
    }

    func journal(
        segmentByteCount: Int = 4 << 10,
        snapshotCount: Int = 2
    ) -> FileJournal {
        FileJournal(
            folder: path,
            configuration: FileJournal.Configuration(
                segmentByteCount: segmentByteCount,
                snapshotCount: snapshotCount
            )
        )
    }

    /// What a journal finds that is closed at once.
    func load() async throws -> Loaded {
        let journal = journal()
        let loaded = try Loaded(journal)
        await journal.close()
        return loaded
    }

    /// Why a journal refuses to load.
    func refusal() async throws -> JournalError {
        try #require(await #expect(throws: JournalError.self) { try await self.load() })
    }
}
