import Glibc
import Platform
import Testing

/// A folder for one test, removed with the files in it.
final class ScratchFolder: Sendable {
    let folder: Folder

    init() throws {
        folder = Folder("/tmp/bindery-platform-\(Hex.encode(Random.bytes(count: 8)))")
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

    func path(_ name: String) -> String { folder.path(of: name) }

    func bytes(_ name: String) throws -> [UInt8] {
        try File.contents(of: path(name), byteCountMax: 1 << 20)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = try File(path(name), for: .readWrite, creating: .ifMissing)
        try file.write(bytes.span, at: 0)
    }
}
