import Audit
import JSON
import Model
import Testing
import Waiting

@testable import Execution

@Suite struct StreamedCallTests {
    private static func head(_ type: String, _ rest: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\n\(rest)Transfer-Encoding: chunked\r\n\r\n"
    }

    private static func chunk(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    private func world(_ pieces: [String], closes: Bool = false) async throws -> ExecutionWorld {
        try await ExecutionWorld { _ in
            pieces.map { .send(Array($0.utf8)) } + (closes ? [.close] : [])
        }
    }

    private func records(_ world: ExecutionWorld) async throws -> [AuditRecord] {
        try await world.trail.list(tenant: TenantID("acme"), limit: 100).items
    }

    /// Forwards a call; answers what was handed on.
    private func text(_ call: StreamedCall) async throws -> String {
        var bytes: [UInt8] = []
        try await call.forward { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `events are handed on as they come, before the answer is whole`() async throws {
        let world = try await world([Self.head("text/event-stream"), Self.chunk("data: 1\n\n")])
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        #expect(call.mediaType == "text/event-stream")
        struct Enough: Error {}
        var seen: [UInt8] = []
        // The provider never ends the answer: only what came can be waited for.
        await #expect(throws: Enough.self) {
            try await call.forward { bytes in
                seen += bytes
                throw Enough()
            }
        }
        #expect(String(decoding: seen, as: UTF8.self) == "data: 1\n\n")
        let end = try #require(
            try await records(world).first { $0.json["action"] == "capability.stream" }
        )
        #expect(end.json["outcome"] == "failure")
        #expect(end.json["error"]?["code"] == "CALLER_GONE")
    }

    @Test func `a stream has a record of its beginning and one of its end`() async throws {
        let pieces = [
            Self.head("text/plain"), Self.chunk("hello "), Self.chunk("world"), "0\r\n\r\n",
        ]
        let world = try await world(pieces)
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        let before = try await records(world)
        #expect(before.map { $0.json["action"] } == ["capability.execute"])
        #expect(before.first?.json["id"]?.string == call.auditID)
        #expect(before.first?.json["response"]?["truncated"] == true)
        #expect(try await text(call) == "hello world")
        let end = try #require(
            try await records(world).first { $0.json["action"] == "capability.stream" }
        )
        #expect(end.json["outcome"] == "success")
        #expect(end.json["resource"]?["id"]?.string == call.auditID)
        #expect(end.json["response"]?["bytes"] == 11)
        #expect(end.json["response"]?["body"] == "hello world")
        #expect(end.json["response"]?["truncated"] == false)
        #expect(
            end.json["response"]?["bodyDigest"]
                == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
        )
    }

    @Test func `an answer that breaks off is an error for the reader and in the trail`()
        async throws
    {
        let world = try await world([Self.head("text/plain"), Self.chunk("half")], closes: true)
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        await #expect(throws: CallFailure.Reason.self) { _ = try await text(call) }
        let end = try #require(
            try await records(world).first { $0.json["action"] == "capability.stream" }
        )
        #expect(end.json["outcome"] == "failure")
        #expect(end.json["response"]?["bytes"] == 4)
    }

    @Test func `an error of the provider comes whole, as without a stream`() async throws {
        let world = try await ExecutionWorld { _ in
            .answer("400 Bad", [], body: #"{"error": {"code": "bad"}}"#)
        }
        let spec = try world.spec(["errors": ["codePointer": "/error/code"]])
        let result = await world.executor.stream(try world.call(spec))
        let failure = try #require(throws: CallFailure.self) { _ = try result.get() }
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(failure.members["provider"]?["code"] == "bad")
    }

    @Test func `a credential is taken out, also where parts cut it`() async throws {
        let secret = SampleSpec.secretText
        let (head, tail) = (String(secret.prefix(7)), String(secret.dropFirst(7)))
        let pieces = [
            Self.head("text/plain"), Self.chunk("a \(head)"), Self.chunk("\(tail) b tok/3n"),
            "0\r\n\r\n",
        ]
        let world = try await world(pieces)
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        let text = try await text(call)
        #expect(text == "a [redacted] b tok/3n")
        #expect(try await !world.audit(holds: secret))
    }

    @Test(arguments: ["text/html", "text/html; charset=utf-8", "image/svg+xml", "TEXT/HTML"])
    func `what a browser would run is handed on as bytes`(_ type: String) async throws {
        let world = try await world([Self.head(type), "0\r\n\r\n"])
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        #expect(call.mediaType == "application/octet-stream")
        #expect(try await text(call) == "")
    }

    @Test func `a stream counts as under way until its end, whoever ends it`() async throws {
        let world = try await world([Self.head("text/plain"), Self.chunk("x")])
        let connection = try SampleSpec.connection(limits: ["concurrency": 1])
        let spec = try world.spec()
        var call: StreamedCall? = try await world.executor
            .stream(try world.call(spec, connection: connection)).get()
        #expect(call?.auditID != nil)
        let refused = await world.executor.stream(try world.call(spec, connection: connection))
        let failure = try #require(throws: CallFailure.self) { _ = try refused.get() }
        #expect(failure.reason.code == "CONCURRENCY_LIMITED")
        // Nobody reads it: it is let go.
        call = nil
        try await Wait.until("the record of the end") {
            try await records(world).contains { $0.json["action"] == "capability.stream" }
        }
        let next = try await world.executor.stream(try world.call(spec, connection: connection))
            .get()
        await next.finish()
    }

    @Test func `what a head says of the provider's limits keeps the next call back`() async throws {
        let limits =
            "X-RateLimit-Limit: 60\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 30\r\n"
        let world = try await world([
            Self.head("text/event-stream", limits), Self.chunk("x"), "0\r\n\r\n",
        ])
        let call = try world.call(try world.spec())
        #expect(try await text(try await world.executor.stream(call).get()) == "x")
        let failure = try await world.failure(call)
        #expect(failure.reason.code == "RATE_LIMITED")
        #expect(failure.members["limit"] == "provider")
        let usage = await world.executor.usage(of: call.connection, call.constraints)
        #expect(usage["provider"]?["limit"] == 60)
        #expect(world.provider.requests.count == 1)
    }

    @Test func `a head that comes late counts as slow`() async throws {
        var configuration = ExecutionConfiguration()
        // Nothing is as fast.
        configuration.breaker.slowTime = .nanoseconds(1)
        let world = try await ExecutionWorld(configuration: configuration) { _ in
            .text(Self.head("text/plain") + "0\r\n\r\n")
        }
        let call = try world.call(try world.spec())
        for _ in 1...10 { _ = try await text(try await world.executor.stream(call).get()) }
        let usage = await world.executor.usage(of: call.connection, call.constraints)
        #expect(usage["breaker"] == "open")
    }

    @Test func `a reader that is slow holds the provider back and loses nothing`() async throws {
        let part = String(repeating: "0123456789abcdef", count: 4096)
        let pieces = [Self.head("text/plain")] + Array(repeating: Self.chunk(part), count: 40)
        let world = try await world(pieces + ["0\r\n\r\n"])
        let call = try await world.executor.stream(try world.call(try world.spec())).get()
        var byteCount = 0
        try await call.forward { bytes in
            // No piece is larger than what may wait, and one part of the transport's.
            #expect(bytes.count <= 256 * 1024 + 65_536)
            byteCount += bytes.count
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(byteCount == 40 * 65_536)
    }
}
