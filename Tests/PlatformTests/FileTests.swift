import Glibc
import Testing

@testable import Platform

@Suite struct FileTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test func `bytes are read where they were written`() throws {
        let file = try File(folder.path("a"), for: .readWrite, creating: .mustBeNew)
        try file.write([1, 2, 3].span, at: 5)
        try file.write([9].span, at: 6)
        try file.syncData()
        try file.sync()
        #expect(try file.byteCount() == 8)
        #expect(try folder.bytes("a") == [0, 0, 0, 0, 0, 1, 9, 3])
        try file.close()
    }

    @Test func `a read stops at the end of the file`() throws {
        try folder.write([1, 2, 3], to: "a")
        let file = try File(folder.path("a"), for: .read)
        for (offset, expected) in [(0, [1, 2, 3]), (2, [3]), (3, []), (9, [])] as [(Int, [UInt8])] {
            var bytes = [UInt8](repeating: 0, count: 5)
            var span = bytes.mutableSpan
            let count = try file.read(into: &span, at: offset)
            #expect(Array(bytes[..<count]) == expected)
        }
    }

    @Test func `an append goes to the end, wherever that is by then`() throws {
        let first = try File(folder.path("a"), for: .append, creating: .ifMissing)
        let second = try File(folder.path("a"), for: .append, creating: .ifMissing)
        try first.append([1].span)
        try second.append([2, 3].span)
        try first.append([4].span)
        #expect(try folder.bytes("a") == [1, 2, 3, 4])
    }

    @Test func `creation is as asked for`() throws {
        #expect(throws: SystemError(operation: "open \(folder.path("a"))", errno: ENOENT)) {
            _ = try File(folder.path("a"), for: .read)
        }
        _ = try File(folder.path("a"), for: .readWrite, creating: .ifMissing)
        _ = try File(folder.path("a"), for: .readWrite, creating: .ifMissing)
        let error = #expect(throws: SystemError.self) {
            _ = try File(folder.path("a"), for: .readWrite, creating: .mustBeNew)
        }
        #expect(error?.isExistingFile == true)
    }

    @Test func `a new file is its owner's only`() throws {
        _ = try File(folder.path("a"), for: .readWrite, creating: .mustBeNew)
        var status = stat()
        #expect(unsafe stat(folder.path("a"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `reserved space reads as zeros, and sets the size`() throws {
        let file = try File(folder.path("a"), for: .readWrite, creating: .mustBeNew)
        try file.write([1].span, at: 0)
        try file.preallocate(byteCount: 5)
        #expect(try folder.bytes("a") == [1, 0, 0, 0, 0])
        try file.truncate(to: 1)
        try file.truncate(to: 2)
        #expect(try folder.bytes("a") == [1, 0])
    }

    @Test func `a full device is told as full`() throws {
        let file = try File("/dev/full", for: .readWrite)
        let error = #expect(throws: SystemError.self) { try file.write([1].span, at: 0) }
        #expect(error?.errno == ENOSPC)
        #expect(error?.fileFailure == .full)
        #expect(error?.message.hasPrefix("write /dev/full: ") == true)
    }

    @Test func `a file for reading takes no writes`() throws {
        try folder.write([1], to: "a")
        let file = try File(folder.path("a"), for: .read)
        #expect(throws: SystemError.self) { try file.write([2].span, at: 0) }
        #expect(try folder.bytes("a") == [1])
    }

    @Test(
        arguments: [
            (ENOSPC, .full), (EDQUOT, .full), (EFBIG, .full), (EROFS, .readOnly),
            (EACCES, .readOnly),
            (EPERM, .readOnly), (EIO, .other), (EMFILE, .other), (ENOENT, .other),
        ] as [(Int32, SystemError.FileFailure)]
    )
    func `an error has one meaning`(_ number: Int32, _ meaning: SystemError.FileFailure) {
        #expect(SystemError(operation: "write", errno: number).fileFailure == meaning)
    }

    @Test func `contents have a limit`() throws {
        try folder.write([1, 2, 3], to: "a")
        #expect(try File.contents(of: folder.path("a"), byteCountMax: 3) == [1, 2, 3])
        let error = #expect(throws: SystemError.self) {
            try File.contents(of: folder.path("a"), byteCountMax: 2)
        }
        #expect(error?.errno == EFBIG)
    }

    @Test func `contents are a regular file's`() throws {
        #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
        for path in ["/dev/zero", "/tmp", folder.path("pipe")] {
            let error = #expect(throws: SystemError.self) {
                try File.contents(of: path, byteCountMax: 9)
            }
            #expect(error?.errno == EINVAL)
        }
        let missing = #expect(throws: SystemError.self) {
            try File.contents(of: folder.path("missing"), byteCountMax: 9)
        }
        #expect(missing?.errno == ENOENT)
    }
}
