import Glibc
import Ledger
import LedgerFile
import Platform
import Testing

/// A folder that another process holds, that cannot be written, or that is full.
///
/// Each part that needs a process of its own is a child of the test.
@Suite struct FolderTroubleTests {
    @Test func `a folder held by another process is locked, and says by whom`() async throws {
        let folder = try TemporaryFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        await #expect(processExitsWith: .success) {
            [
                path = folder.path as String, holder = getpid() as Int32
            ] in
            let error = #expect(throws: JournalError.self) { try Loaded(FileJournal(folder: path)) }
            #expect(error?.code == .locked)
            #expect(error?.detail.contains("is held by process \(holder)") == true)
        }
        try await journal.append(["1"], after: 0)
        await journal.close()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let loaded = try Loaded(FileJournal(folder: path))
            #expect(loaded.payloads == ["1"])
        }
        // The child did not close its journal: the lock ended with it.
        #expect(try await folder.load().payloads == ["1"])
    }

    @Test(arguments: [true, false])
    func `a folder without permission to write is read-only`(_ isEmpty: Bool) async throws {
        let folder = try TemporaryFolder()
        if !isEmpty {
            let journal = folder.journal()
            _ = try Loaded(journal)
            try await journal.append(["1"], after: 0)
            await journal.close()
        }
        let names = try folder.folder.names()
        #expect(unsafe chmod(folder.path, 0o555) == 0)
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            // Nothing is forbidden to the superuser, so the child becomes nobody.
            if getuid() == 0 { try #require(setuid(65_534) == 0) }
            let error = #expect(throws: JournalError.self) { try Loaded(FileJournal(folder: path)) }
            #expect(error?.code == .readOnly)
            #expect(error?.detail.contains(path) == true)
        }
        #expect(unsafe chmod(folder.path, 0o700) == 0)
        #expect(try folder.folder.names() == names)
    }

    @Test func `a file in the folder's place is unavailable`() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "file")
        for path in ["/file", "/file/below"] {
            let error = #expect(throws: JournalError.self) {
                try Loaded(FileJournal(folder: folder.path + path))
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `no space for a segment ends appends, but not reads or snapshots`() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let sizes = FileJournal.Configuration(segmentByteCount: 4 << 10)
            let journal = FileJournal(folder: path, configuration: sizes)
            _ = try Loaded(journal)
            try await journal.append(["1"], after: 0)
            try FileSizeLimit.set(byteCount: 6 << 10)
            for text in [String(repeating: "2", count: 8 << 10), "2"] {
                let error = await #expect(throws: JournalError.self) {
                    try await journal.append([text], after: 1)
                }
                #expect(error?.code == .full)
            }
            let error = await #expect(throws: JournalError.self) {
                try await journal.save([String(repeating: "1", count: 8 << 10)], at: 1)
            }
            #expect(error?.code == .full)
            try await journal.save(["small"], at: 1)
            await journal.close()
        }
        let names = ["ledger-00000000000000000001.log", "snapshot-00000000000000000001.ndjson"]
        #expect(try folder.names() == names)
        let journal = folder.journal()
        #expect(try Loaded(journal).lines == ["small"])
        try await journal.append(["2"], after: 1)
        await journal.close()
    }

    @Test func `a batch that is written in part is not acknowledged, and cut`() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            let sizes = FileJournal.Configuration(segmentByteCount: 64 << 10)
            let journal = FileJournal(folder: path, configuration: sizes)
            _ = try Loaded(journal)
            // The segment is made, and zeros are written to its end; then the limit comes.
            try await journal.append(["0"], after: 0)
            try FileSizeLimit.set(byteCount: 3000)
            for position: UInt64 in 1...2 {
                let text = String(repeating: "\(position)", count: 1000)
                try await journal.append([text], after: position)
            }
            let error = await #expect(throws: JournalError.self) {
                try await journal.append([String(repeating: "3", count: 1000)], after: 3)
            }
            #expect(error?.code == .full)
            await journal.close()
        }
        let loaded = try await folder.load()
        #expect(loaded.payloads.map { $0.prefix(1) } == ["0", "1", "2"])
        #expect(loaded.report.tornByteCount > 0)
        #expect(try await folder.load().report.tornByteCount == 0)
    }
}

/// The largest file that this process may write: it stands for a disk without space.
enum FileSizeLimit {
    static func set(byteCount: Int) throws {
        // Else the signal would end the process before the call can fail.
        _ = signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: rlim_t(byteCount), rlim_max: rlim_t(byteCount))
        try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    }
}
