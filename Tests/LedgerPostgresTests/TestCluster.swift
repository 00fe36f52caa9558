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

    /// Runs the script, and gives the last line that it printed.
    private static func run(_ arguments: String...) throws -> String {
        let output = "/tmp/bindery-cluster-output-\(Random.integer())"
        // Not a pipe: the server that is started keeps it open.
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        defer { unlinkOutput(output) }
        let ending = try Spawn([#require(script)] + arguments, output: output, errors: output)
            .finish()
        let text = try String(contentsOf: URL(filePath: output), encoding: .utf8)
        #expect(ending == .exit(0), "\(arguments): \(text)")
        return text.split(separator: "\n").last.map { String($0) } ?? ""
    }

    private static func unlinkOutput(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
}
#endif
