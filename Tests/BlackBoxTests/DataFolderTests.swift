import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// A data folder that can't be used is refused in one line, which says what to do.
@Suite struct DataFolderTests {
    /// Starts on the folder, and expects one line that names `name`.
    private func expectRefusal(
        _ server: BinderyServer,
        naming names: String...
    ) async throws {
        let process = try server.launch()
        #expect(try await process.ending() == .exit(1))
        #expect(process.output.isEmpty)
        let lines = process.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(process.errors)")
        #expect(lines.first?.hasPrefix("bindery: ") == true)
        for name in names { #expect(process.errors.contains(name), "\(process.errors)") }
        for word in ["Fatal", "Thread", ".swift", "Error("] {
            #expect(!process.errors.contains(word), "\(process.errors)")
        }
    }

    /// A server that was killed with some objects in its log.
    private func killed(objectCount: Int = 20) async throws -> BinderyServer {
        let server = try await BinderyServer.started()
        for number in 1...objectCount {
            try await server.must("PUT", "/v1/policies/rule-\(number)", ["effect": "forbid"])
        }
        try await server.end(SIGKILL)
        return server
    }

    /// Changes a byte at the place of `text`; the file's name.
    private func damage(
        _ server: BinderyServer,
        below folder: String,
        at text: String
    ) throws
        -> String
    {
        for path in server.folder.files() where path.contains("/data/\(folder)/") {
            guard var bytes = FileManager.default.contents(atPath: path),
                let place = bytes.firstRange(of: Data(text.utf8))
            else { continue }
            bytes[place.lowerBound] ^= 0x01
            try bytes.write(to: URL(filePath: path))
            return URL(filePath: path).lastPathComponent
        }
        throw Missing(what: "\(text) below \(folder)")
    }

    @Test func `a second process is refused, and the first goes on`() async throws {
        let server = try await BinderyServer.started()
        try await expectRefusal(server, naming: "data/ledger")
        #expect(try await server.send("GET", "/readyz").status == 200)
    }

    @Test func `a log that is damaged in its middle is refused`() async throws {
        let server = try await killed()
        let name = try damage(server, below: "ledger", at: "rule-7")
        try await expectRefusal(server, naming: name)
        // Nothing was changed by the attempt: it is refused again.
        try await expectRefusal(server, naming: name)
    }

    @Test func `an audit trail that is damaged in its middle is refused`() async throws {
        let server = try await killed()
        let name = try damage(server, below: "audit", at: "rule-7")
        try await expectRefusal(server, naming: name)
        try await expectRefusal(server, naming: ", offset ")
        try await expectRefusal(server, naming: "bindery audit verify")
    }

    @Test func `an audit trail whose end was cut off is refused`() async throws {
        let server = try await BinderyServer.started()
        try await server.must("PUT", "/v1/policies/rule-1", ["effect": "forbid"])
        #expect(try await server.end(SIGTERM) == .exit(0))
        for path in server.folder.files() where path.contains("/data/audit/") {
            try FileManager.default.removeItem(atPath: path)
        }
        try await expectRefusal(server, naming: "audit trail")
    }

    private static let isRoot = getuid() == 0

    @Test(.enabled(if: !isRoot, "root may write where it is forbidden"))
    func `a folder that can't be written is refused`() async throws {
        let server = try await killed()
        let folder = server.dataFolder + "/ledger"
        let files = server.folder.files().filter { $0.hasPrefix(folder) }
        for file in files { unsafe chmod(file, 0o400) }
        unsafe chmod(folder, 0o500)
        try await expectRefusal(server, naming: "data/ledger")
        unsafe chmod(folder, 0o700)
        for file in files { unsafe chmod(file, 0o600) }
        try await server.start()
    }

    @Test(.enabled(if: !isRoot, "root may write where it is forbidden"))
    func `a folder that can't be made is refused`() async throws {
        let server = BinderyServer(in: try TemporaryFolder())
        unsafe mkdir(server.dataFolder, 0o500)
        try await expectRefusal(server, naming: "data/ledger")
    }

    @Test func `a file where the folder should be is refused`() async throws {
        let server = BinderyServer(in: try TemporaryFolder())
        try server.folder.write("data", "not a folder")
        try await expectRefusal(server, naming: server.dataFolder)
    }

    @Test func `a torn end is cut off after a copy, and told`() async throws {
        let server = try await killed()
        let path = try #require(
            server.folder.files().filter { $0.contains("/data/audit/") && !$0.hasSuffix("LOCK") }
                .max()
        )
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let end = try file.seekToEnd()
        try file.truncate(atOffset: end - 3)
        try file.close()
        try await server.start()
        #expect(try server.process.errors.contains("audit.torn"))
        let list = try await server.must("GET", "/v1/policies")
        #expect(list.json["items"]?.array?.count == 20)
    }
}
