import Foundation
import JSON
import Platform

/// A folder for one test's logs, removed with what is in it.
final class LogFolder: Sendable {
    let folder = Folder("/tmp/bindery-api-\(Hex.encode(Random.bytes(count: 8)))")

    init() throws { try folder.create() }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder.path)
        } catch {
            // What is left over in the system's temporary folder is the system's to remove.
        }
    }

    func path(_ name: String) -> String { folder.path(of: name) }

    func text(_ name: String) throws -> String {
        let bytes = try File.contents(of: path(name), byteCountMax: 64 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of a log, each of which must be an object.
    func lines(_ name: String) throws -> [JSONObject] {
        try text(name).split(separator: "\n")
            .compactMap { line in try JSONValue(parsing: Array(line.utf8)).object }
    }
}
