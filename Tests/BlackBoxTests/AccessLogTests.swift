import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// The access log of the built program (docs/operations.md).
@Suite struct AccessLogTests {
    private func lines(_ path: String) throws -> [JSONObject] {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        return try String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .compactMap { try JSONValue(parsing: Array($0.utf8)).object }
    }

    private func server(
        _ path: String,
        in folder: TemporaryFolder,
        _ flags: [String] = []
    )
        async throws -> BinderyServer
    {
        let server = BinderyServer(in: folder, flags: ["--access-log-path", path] + flags)
        try await server.start()
        return server
    }

    @Test func `everything that was answered is logged when SIGTERM ends the process`() async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path("access.log")
        let server = try await server(path, in: folder)
        let connection = try server.connect()
        for number in 0..<300 {
            let headers = ["X-Request-ID: r-\(number)"]
            _ = try await server.send("GET", "/livez?q=hush", headers: headers, on: connection)
        }
        #expect(try await server.end(SIGTERM) == .exit(0))
        let lines = try lines(path)
        #expect(lines.map { $0["request.id"]?.string } == (0..<300).map { "r-\($0)" })
        #expect(lines.allSatisfy { $0["http.route"] == "/livez" })
        let text = lines.map { JSONValue.object($0).serializedText }.joined()
        #expect(!text.contains("hush"))
        #expect(!text.contains(BinderyServer.bootstrapKey))
    }

    @Test(arguments: [("0", 0), ("1", 20)])
    func `the sample leaves out what went well, and never what failed`(
        _ fraction: String,
        _ count: Int
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("access.log")
        let server = try await server(path, in: folder, ["--access-log-sample", fraction])
        for _ in 0..<20 {
            _ = try await server.send("GET", "/livez")
            _ = try await server.send("GET", "/v1/keys", key: nil)
        }
        // What the core refuses is logged as well.
        _ = try await server.send("BREW", "/livez")
        #expect(try await server.end(SIGTERM) == .exit(0))
        let statuses = try lines(path).compactMap { $0["http.response.status_code"]?.integer }
        #expect(statuses.count { $0 == 200 } == count)
        #expect(statuses.count { $0 == 401 } == 20)
        #expect(statuses.count { $0 == 501 } == 1)
    }

    @Test func `bytes of a client never break a line`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("access.log")
        let server = try await server(path, in: folder)
        let targets = [
            "/%0D%0A%7B%22time%22:1%7D", "/\"},{\"", "/" + String(repeating: "a", count: 8000),
            "/\u{85}\u{9B}ä", "/\\\u{7F}",
        ]
        for target in targets { _ = try await server.send("GET", target) }
        #expect(try await server.end(SIGTERM) == .exit(0))
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        #expect(try lines(path).count == targets.count)
        #expect(bytes.count { $0 == 0x0A } == targets.count)
        #expect(bytes.count < 8000)
    }

    @Test func `SIGHUP opens the file again, and ends nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("access.log")
        let server = try await server(path, in: folder)
        let connection = try server.connect()
        _ = try await server.send("GET", "/livez", on: connection)
        try await Wait.until("the line is written") { try lines(path).count == 1 }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try server.process.signal(SIGHUP)
        try await Wait.until("the file is there") { FileManager.default.fileExists(atPath: path) }
        _ = try await server.send("GET", "/readyz", on: connection)
        #expect(try await server.end(SIGTERM) == .exit(0))
        #expect(try lines(path).map { $0["http.route"] } == ["/readyz"])
        #expect(try lines(path + ".1").map { $0["http.route"] } == ["/livez"])
    }

    @Test func `SIGHUP ends nothing without a log either`() async throws {
        let server = try await BinderyServer.started()
        try server.process.signal(SIGHUP)
        for _ in 0..<20 { #expect(try await server.send("GET", "/livez").status == 200) }
        #expect(try await server.end(SIGTERM) == .exit(0))
    }

    @Test func `a pipe that nobody reads holds up neither requests nor the end`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("pipe")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let server = try await server(path, in: folder)
        let connection = try server.connect()
        // More than a pipe holds.
        for _ in 0..<600 {
            #expect(try await server.send("GET", "/livez", on: connection).status == 200)
        }
        #expect(try await server.end(SIGTERM) == .exit(0))
    }

    @Test func `standard output takes lines after the one that says it is ready`() async throws {
        let folder = try TemporaryFolder()
        let server = try await server("-", in: folder)
        _ = try await server.send("GET", "/livez")
        let process = try server.process
        #expect(try await server.end(SIGTERM) == .exit(0))
        let lines = process.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("{\"time\":") == true)
    }

    @Test func `a file that can't be written ends the start, and is named`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("none/access.log")
        let server = BinderyServer(in: folder, flags: ["--access-log-path", path])
        let process = try server.launch()
        #expect(try await process.ending() == .exit(1))
        let line = "accessLog.path: open \(path): No such file or directory"
        #expect(process.errors.contains(line), "\(process.errors)")
        #expect(!FileManager.default.fileExists(atPath: server.dataFolder))
    }
}
