import Glibc
import Testing

@testable import Platform

@Suite struct FolderTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `is made with those above it, for its owner only`() throws {
        let folder = Folder(scratch.path("a") + "/b/c/")
        try folder.create()
        try folder.create()
        #expect(try folder.names() == [])
        var status = stat()
        #expect(unsafe stat(folder.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        for path in ["/b/c", "/b", ""] { #expect(unsafe rmdir(scratch.path("a") + path) == 0) }
    }

    @Test func `is not made in the place of a file`() throws {
        try scratch.write([1], to: "a")
        for path in [scratch.path("a"), scratch.path("a") + "/b"] {
            let error = #expect(throws: SystemError.self) { try Folder(path).create() }
            #expect(error?.errno == ENOTDIR)
        }
    }

    @Test func `names are sorted, without those that start with a dot`() throws {
        for name in ["b", "a", ".hidden", "é", "B"] { try scratch.write([], to: name) }
        #expect(try scratch.folder.names() == ["B", "a", "b", "é"])
        try scratch.folder.remove(".hidden")
    }

    @Test func `a file takes the name of another, and is removed`() throws {
        try scratch.write([1], to: "a")
        try scratch.write([2], to: "b")
        try scratch.folder.rename("a", to: "b")
        try scratch.folder.sync()
        #expect(try scratch.folder.names() == ["b"])
        #expect(try scratch.bytes("b") == [1])
        try scratch.folder.remove("b")
        let again = #expect(throws: SystemError.self) { try scratch.folder.remove("b") }
        #expect(again?.errno == ENOENT)
    }

    @Test func `a missing folder has no names`() {
        let error = #expect(throws: SystemError.self) { try Folder(scratch.path("none")).names() }
        #expect(error?.errno == ENOENT)
    }

    @Test func `the lock has one holder at a time, and names it`() throws {
        var first: FolderLock.Attempt? = try FolderLock.attempt(scratch.folder)
        guard case .taken = first else {
            Issue.record("the first attempt failed")
            return
        }
        guard case .held(let processID) = try FolderLock.attempt(scratch.folder) else {
            Issue.record("the lock was taken twice")
            return
        }
        #expect(processID == Int(getpid()))
        first = nil
        guard case .taken = try FolderLock.attempt(scratch.folder) else {
            Issue.record("the lock was not let go of")
            return
        }
    }

    @Test func `a lock file with a longer text is overwritten`() throws {
        try scratch.write(Array("12345678901234567890\n".utf8), to: FolderLock.fileName)
        _ = try FolderLock.attempt(scratch.folder)
        #expect(try scratch.bytes(FolderLock.fileName) == Array("\(getpid())\n".utf8))
    }
}
