import Audit
import JSON
import Model
import Platform
import Testing

@testable import Execution

@Suite struct ProviderFailureTests {
    @Test func `an error is told with status, body and code, without the secret`() async throws {
        let world = try await ExecutionWorld { request in
            let key = (request.header("authorization") ?? "").dropFirst(7)
            let body = #"{"error":{"code":"card_declined","message":"key \#(key)"}}"#
            return .answer("402 Payment Required", ["Request-Id: req_1"], body: body)
        }
        let spec = try world.spec(["errors": ["codePointer": "/error/code"]])
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(failure.reason.status == 502)
        let expected: JSONValue = [
            "status": 402, "code": "card_declined", "requestId": "req_1",
            "body": ["error": ["code": "card_declined", "message": "key [redacted]"]],
        ]
        #expect(failure.members["provider"] == expected)
        let record = try await world.record(failure.auditID).json
        #expect(record["response"]?["status"] == 402)
        #expect(record["error"]?["code"] == "PROVIDER_ERROR")
        #expect(try await !world.audit(holds: "3n+s3cr3t"))
    }

    @Test func `an error's long body keeps its head`() async throws {
        let long = String(repeating: "ä", count: 40_000)
        let world = try await ExecutionWorld { _ in .answer("400 Bad Request", [], body: long) }
        let failure = try await world.failure(try world.call(try world.spec()))
        let body = failure.members["provider"]?["body"]?.string ?? ""
        #expect(body.utf8.count == 65_536)
        #expect(!body.contains("\u{FFFD}"))
    }

    @Test(arguments: ["301 Moved", "304 Not Modified"])
    func `a status that is no success is an error`(_ status: String) async throws {
        let world = try await ExecutionWorld { _ in .answer(status, ["Location: /x"]) }
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(world.provider.requests.count == 1)
    }

    @Test func `a provider that hangs is a timeout`() async throws {
        let world = try await ExecutionWorld { _ in [.hold] }
        let call = try world.call(try world.spec()) { $0.timeout = .milliseconds(800) }
        let failure = try await world.failure(call)
        #expect(failure.reason == .providerTimeout)
        #expect(failure.reason.status == 504)
        #expect(failure.attempts == 1)
        #expect(try await world.record(failure.auditID).json["request"]?["method"] == "POST")
    }

    @Test func `a provider that refuses is unreachable, and tried three times`() async throws {
        let world = try await ExecutionWorld { _ in .answer() }
        let port = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0)).address
            .port
        let spec = try SampleSpec.spec(baseURL: "http://127.0.0.1:\(port)")
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.reason.code == "PROVIDER_UNREACHABLE")
        #expect(failure.reason.status == 502)
        #expect(failure.attempts == 3)
        #expect(world.manual.waits == [.milliseconds(200), .milliseconds(400)])
    }

    @Test func `a provider that closes the connection is unreachable, and not tried again`()
        async throws
    {
        let world = try await ExecutionWorld { _ in [.close] }
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.reason.code == "PROVIDER_UNREACHABLE")
        #expect(failure.attempts == 1)
        #expect(world.provider.requests.count == 1)
    }

    @Test func `garbage is an error without a status`() async throws {
        let world = try await ExecutionWorld { _ in .text("\u{1}\u{2}garbage\r\n\r\n") + [.close] }
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(failure.members["provider"]?["status"] == JSONValue.null)
        #expect(world.provider.requests.count == 1)
    }

    @Test func `an answer over the limit is an error without a status`() async throws {
        var configuration = ExecutionConfiguration()
        configuration.responseByteCountMax = 10
        let world = try await ExecutionWorld(configuration: configuration) { request in
            .answer(body: String(repeating: "x", count: request.text.contains("5000") ? 11 : 10))
        }
        let spec = try world.spec()
        #expect(try await world.failure(try world.call(spec)).reason.code == "PROVIDER_ERROR")
        let fits = try await world.success(try world.call(spec, input: ["amount": 1]))
        #expect(fits.output == "xxxxxxxxxx")
    }

    @Test func `an address that is not allowed is refused`() async throws {
        let world = try await ExecutionWorld(allow: []) { _ in .answer() }
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.reason.code == "ADDRESS_REFUSED")
        #expect(failure.reason.status == 502)
        #expect(failure.attempts == 1)
        #expect(world.provider.requests.isEmpty)
    }

    @Test func `a request that may not be sent is the spec's fault`() async throws {
        let world = try await ExecutionWorld { _ in .answer() }
        let spec = try world.spec(["headers": ["Content-Length": "5"]])
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.reason.code == "REQUEST_NOT_SENDABLE")
        #expect(world.provider.requests.isEmpty)
    }

    @Test func `five failures open the breaker, and a probe closes it`() async throws {
        var configuration = ExecutionConfiguration()
        configuration.breaker.openTime = .milliseconds(200)
        let world = try await ExecutionWorld(configuration: configuration) { request in
            request.text.contains("5000") ? .answer("500 Broken") : .answer(body: "{}")
        }
        let failing = try world.call(try world.spec())
        for _ in 0..<5 { #expect(try await world.failure(failing).reason.code == "PROVIDER_ERROR") }
        let open = try await world.failure(failing)
        #expect(open.reason == .circuitOpen(retryAfterSeconds: 1))
        #expect(open.reason.status == 503)
        #expect(world.provider.requests.count == 5)
        #expect(try await world.record(open.auditID).json["error"]?["code"] == "CIRCUIT_OPEN")
        let connection = failing.connection.id
        #expect(world.executor.circuitOpenTime(of: connection, .write, in: failing.tenant) != nil)
        try await Task.sleep(for: .milliseconds(250))
        _ = try await world.success(try world.call(try world.spec(), input: ["amount": 1]))
        #expect(world.executor.circuitOpenTime(of: connection, .write, in: failing.tenant) == nil)
    }

    @Test(arguments: ["400 Bad", "429 Slow"])
    func `what the caller did wrong does not open the breaker`(_ status: String) async throws {
        let world = try await ExecutionWorld { _ in .answer(status) }
        let call = try world.call(try world.spec())
        for _ in 0..<12 { #expect(try await world.failure(call).reason.code == "PROVIDER_ERROR") }
    }
}
