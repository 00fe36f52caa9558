import FoundationEssentials
import Glibc
import Platform
import Testing

@testable import Audit

/// A folder of a test's own, gone with it.
final class TrailFolder: Sendable {
    let path: String

    init() {
        let base = FileManager.default.temporaryDirectory.path
        path = base + "/bindery-audit-" + UUIDv7.make(now: WallClock.milliseconds())
    }

    deinit {
        // An index that is being written may come into it meanwhile.
        for attempt in 1...50 {
            do {
                return try FileManager.default.removeItem(atPath: path)
            } catch {
                guard attempt < 50 else {
                    Issue.record("the folder of a test stays: \(error)")
                    return
                }
                usleep(10_000)
            }
        }
    }

    /// Opens the trail in the folder.
    func trail(
        _ change: (inout AuditTrail.Configuration) -> Void = { _ in }
    ) async throws
        -> AuditTrail
    {
        var configuration = AuditTrail.Configuration(folder: path)
        change(&configuration)
        return try await AuditTrail.open(configuration)
    }

    /// The names of the files in it.
    var names: [String] { get throws { try Folder(path).names() } }

    func bytes(_ name: String) throws -> [UInt8] {
        try File.contents(of: path + "/" + name, byteCountMax: 1 << 30)
    }

    /// Replaces what a file holds.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = try File(path + "/" + name, for: .readWrite, creating: .ifMissing)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
    }

    /// The lines of a segment, without their ends.
    func lines(_ name: String) throws -> [[UInt8]] {
        try bytes(name).split(separator: 0x0A).map(Array.init)
    }

    /// Replaces the lines of a segment.
    func write(lines: [[UInt8]], to name: String) throws {
        try write(lines.flatMap { $0 + [0x0A] }, to: name)
    }
}

/// The first segment's name.
let firstSegment = "audit-00000000000000000001.ndjson"
