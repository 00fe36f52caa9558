import Commands
import Foundation
import Glibc
import HTTPWire
import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import API

@Suite struct AccessLogTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private let folder: LogFolder

    init() throws { folder = try LogFolder() }

    private func log(_ name: String = "log", fraction: Double = 1) throws -> AccessLog {
        try AccessLog(.file(folder.path(name)), fraction: fraction) { detail in
            Issue.record("it reported: \(detail)")
        }
    }

    private func dropped(_ log: AccessLog) throws -> Double {
        let read = try MetricsReading(log.metricsText)
        return read.values("bindery_access_log_dropped_total").first ?? -1
    }

    @Test func `a line says who asked for what, and how it went`() async throws {
        let log = try log()
        let api = try await TestAPI(accessLog: log)
        let headers = [
            HTTPField("X-Request-ID", "r-1"),
            HTTPField("traceparent", "00-\(Self.trace)-b7ad6b7169203331-01"),
        ]
        let path = "/v1/tenants/acme-corp/connections"
        _ = try await api.send(.get, "\(path)?limit=7", headers: headers)
        await log.close()
        let line = try #require(try folder.lines("log").first)
        #expect(line["request.id"] == "r-1")
        #expect(line["trace.id"] == .string(Self.trace))
        #expect(line["http.request.method"] == "GET")
        #expect(line["http.route"] == "/v1/tenants/{tenant}/connections")
        #expect(line["url.path"] == .string(path))
        #expect(line["http.response.status_code"] == 200)
        #expect(line["http.response.body.size"]?.integer ?? 0 > 0)
        #expect(line["duration"]?.double ?? -1 >= 0)
        #expect(line["client.address"] == "127.0.0.1")
        #expect(line["credential.id"] == "bootstrap")
        #expect(line["tenant.id"] == "acme-corp")
        #expect(line["error.code"] == nil)
        #expect(Timestamp(line["time"]?.string ?? "") != nil)
    }

    @Test func `nothing secret is in it: no query, no header, no body, no key`() async throws {
        let log = try log()
        let api = try await TestAPI(accessLog: log)
        let headers = [HTTPField("X-Secret", "hush-header"), HTTPField("Cookie", "hush-cookie")]
        for key in [TestAPI.bootstrapKey, "bnd_hush_key"] {
            _ = try await api.send(
                .post,
                "/v1/tenants/acme-corp/keys?hush=query",
                ["name": "hush-body"],
                headers: headers,
                key: key
            )
        }
        _ = try await api.key("runtime")
        await log.close()
        let text = try folder.text("log")
        #expect(text.split(separator: "\n").count == 3)
        #expect(!text.contains("hush"))
        #expect(!text.contains("bnd_"))
        #expect(!text.contains(TestAPI.bootstrapKey))
    }

    @Test func `a refusal is told with its code, wherever it was refused`() async throws {
        let log = try log(fraction: 0)
        let api = try await TestAPI(accessLog: log)
        let keys = "/v1/tenants/acme-corp/keys"
        _ = try await api.send(.get, "/livez", key: nil)
        _ = try await api.send(.get, keys, key: nil)
        _ = try await api.send(.get, "/nowhere")
        _ = try await api.send(.delete, "/v1/tenants")
        _ = try await api.send(
            .post,
            keys,
            ["roles": ["none"]],
            headers: [HTTPField("Idempotency-Key", "k")]
        )
        _ = try await api.send(
            .post,
            keys,
            ["roles": ["none"]],
            headers: [HTTPField("Idempotency-Key", "k")]
        )
        _ = api.handler.refuse(HTTPRefusal(.timeout, detail: "", requestID: "late"))
        await log.close()
        let lines = try folder.lines("log")
        let codes = lines.map { $0["error.code"]?.string }
        #expect(codes.prefix(3) == ["UNAUTHENTICATED", "NOT_FOUND", "METHOD_NOT_ALLOWED"])
        // A repeated answer is told like the first.
        #expect(codes[3] != nil)
        #expect(codes[3] == codes[4])
        #expect(codes.last == "REQUEST_TIMEOUT")
        #expect(lines.last?["request.id"] == "late")
        #expect(lines.last?["http.request.method"] == "_OTHER")
        #expect(lines.count == 6)
        #expect(lines[0]["http.route"] == .string("/v1/tenants/{tenant}/keys"))
        #expect(lines[0]["credential.id"] == nil)
        #expect(lines[1]["http.route"] == nil)
    }

    @Test func `what waits begins a trace, which the audit record names too`() async throws {
        let log = try log()
        let api = try await TestAPI(accessLog: log)
        _ = try await api.key("runtime")
        let audit = try await api.send(.get, "/v1/tenants/acme-corp/audit")
        await log.close()
        let trace = try #require(try folder.lines("log").first?["trace.id"]?.string)
        let record = try #require(audit.json["items"]?.array?.last)
        #expect(record["traceparent"]?.string?.contains(trace) == true)
    }

    @Test func `an answer that is remembered is told under the ids of its own request`()
        async throws
    {
        let log = try log()
        let api = try await TestAPI(accessLog: log)
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        let path = "/v1/tenants/acme-corp/configs/invoice-app/sandbox/resolved"
        let traces = (0..<3).map { _ in TraceContext.begin() }
        var ids: [String?] = []
        for trace in traces {
            let header = HTTPField("traceparent", trace.traceparent)
            let answer = try await api.send(.get, "\(path)?workflow=checkout", headers: [header])
            #expect(answer.status == 200)
            ids.append(answer["X-Request-ID"])
        }
        await log.close()
        let lines = try folder.lines("log").suffix(3)
        #expect(lines.map { $0["trace.id"]?.string } == traces.map(\.traceID))
        #expect(lines.map { $0["request.id"]?.string } == ids)
        for line in lines {
            #expect(line["tenant.id"] == "acme-corp")
            #expect(line["credential.id"] == "bootstrap")
            #expect(line["http.response.body.size"] == lines.first?["http.response.body.size"])
        }
    }

    @Test func `of a sample a trace is whole`() async throws {
        let log = try log(fraction: 0.5)
        let api = try await TestAPI(accessLog: log)
        for _ in 0..<40 {
            let header = HTTPField("traceparent", TraceContext.begin().traceparent)
            for _ in 0..<3 { _ = try await api.send(.get, "/livez", headers: [header]) }
        }
        await log.close()
        let traces = try folder.lines("log").map { $0["trace.id"]?.string }
        #expect(!traces.isEmpty)
        #expect(traces.count < 120)
        #expect(Dictionary(grouping: traces) { $0 }.values.allSatisfy { $0.count == 3 })
    }

    @Test func `a pipe that nobody reads costs lines, and no request`() async throws {
        #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
        let log = try log("pipe")
        let api = try await TestAPI(accessLog: log)
        let count = AccessLog.entryCountMax + 2000
        for _ in 0..<count { #expect(try await api.send(.get, "/livez", key: nil).status == 200) }
        // What the pipe holds, what is being written and what waits is not lost yet; the rest is. The
        // writer may not have come to take anything yet.
        let lost = try dropped(log)
        #expect(lost > 0)
        #expect(lost <= 2000)
        await log.close()
        let read = try MetricsReading(log.metricsText)
        let written = read.values("bindery_access_log_lines_total").first ?? 0
        #expect(try dropped(log) + written == Double(count))
        #expect(written > 0)
    }

    @Test func `a file that was moved away is made again`() async throws {
        let log = try log()
        let api = try await TestAPI(accessLog: log)
        func send(_ id: String) async throws {
            _ = try await api.send(.get, "/livez", headers: [HTTPField("X-Request-ID", id)])
        }
        try await send("before")
        try await wait { try folder.text("log").contains("before") }
        try FileManager.default.moveItem(atPath: folder.path("log"), toPath: folder.path("log.1"))
        try await send("between")
        try await wait { try folder.text("log.1").contains("between") }
        log.reopen()
        try await wait { FileManager.default.fileExists(atPath: folder.path("log")) }
        try await send("after")
        await log.close()
        #expect(try folder.lines("log.1").map { $0["request.id"] } == ["before", "between"])
        #expect(try folder.lines("log").map { $0["request.id"] } == ["after"])
    }

    @Test func `what can't be opened again goes on in the old file, and is told`() async throws {
        try Folder(folder.path("sub")).create()
        let told = Told()
        let log = try AccessLog(.file(folder.path("sub/log")), fraction: 1) { told.add($0) }
        let api = try await TestAPI(accessLog: log)
        try FileManager.default.moveItem(atPath: folder.path("sub"), toPath: folder.path("moved"))
        log.reopen()
        try await wait { !told.lines.isEmpty }
        _ = try await api.send(.get, "/livez")
        await log.close()
        #expect(told.lines.first?.hasPrefix("open \(folder.path("sub/log")): ") == true)
        #expect(try folder.lines("moved/log").count == 1)
    }

    @Test func `a full disk is told once, and each line lost is counted`() async throws {
        let told = Told()
        let log = try AccessLog(.file("/dev/full"), fraction: 1) { told.add($0) }
        let api = try await TestAPI(accessLog: log)
        for count in 1...3 {
            #expect(try await api.send(.get, "/livez", key: nil).status == 200)
            try await wait { try dropped(log) == Double(count) }
        }
        await log.close()
        #expect(told.lines.count == 1)
        #expect(told.lines.first?.contains("/dev/full") == true)
    }

    @Test func `a file that can't be written is an error at the start`() {
        let path = folder.path("none/log")
        let error = #expect(throws: SystemError.self) {
            try AccessLog(.file(path), fraction: 1) { _ in }
        }
        #expect(error?.message == "open \(path): No such file or directory")
    }

    private func wait(_ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !condition() {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// What a log reported.
private final class Told: Sendable {
    private let all = Mutex<[String]>([])
    var lines: [String] { all.withLock { $0 } }
    func add(_ line: String) { all.withLock { $0.append(line) } }
}
