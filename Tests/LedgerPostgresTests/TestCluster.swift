#if PostgreSQL
import Foundation
import Platform
import Testing
import Waiting

/// A server of a test's own, which it may stop, kill and fail over, by `scripts/postgres`.
///
/// Its folder is under `/tmp` since the server's user has to reach it.
final class TestCluster: Sendable {
    let folder: String
    let url: String

    static let script: String? = ProcessEnvironment.current()
        .text(of: "BINDERY_TEST_POSTGRES_SCRIPT")

    /// Starts a new one.
    init() throws {
        folder = Self.newFolder()
        url = try Self.run("start", folder)
    }

    /// Starts a synchronous standby of another.
    init(standbyOf primary: TestCluster) throws {
        folder = Self.newFolder()
        url = try Self.run("standby", primary.folder, folder)
    }

    /// The host and port.
    var place: String {
        String(url.split(separator: "@").last?.split(separator: "/").first ?? "")
    }

    func start() throws { _ = try Self.run("start", folder) }
    func stop() throws { _ = try Self.run("stop", folder) }
    func kill() throws { _ = try Self.run("kill", folder) }
    func promote() throws { _ = try Self.run("promote", folder) }

    /// Stops it and removes its folder.
    func remove() throws {
        try kill()
        try FileManager.default.removeItem(atPath: folder)
    }

    private static func newFolder() -> String { "/tmp/bindery-cluster-\(Random.integer())" }

    /// Runs the script, and gives what it printed.
    private static func run(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try #require(script))
        process.arguments = arguments
        let output = "/tmp/bindery-cluster-output-\(Random.integer())"
        // Not a pipe: the server that is started keeps it open.
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        defer { unlinkOutput(output) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        try process.awaitExit()
        #expect(process.terminationStatus == 0, "\(arguments)")
        return try String(contentsOf: URL(filePath: output), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func unlinkOutput(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
}
#endif
