import Testing

@testable import Outbound

/// What goes wrong on the way, and whether the error tells that the server may have acted.
@Suite struct OutboundFailureTests {
    private static let secret = "hunter2"

    /// Sends a request full of secrets to a server that does `steps`.
    private static func failure(
        _ method: String,
        _ steps: [ScriptedServer.Step],
        change: (inout OutboundRequest) -> Void = { _ in }
    ) async throws -> (error: OutboundError, requestCount: Int) {
        let server = try ScriptedServer { _ in steps }
        defer { server.stop() }
        var request = OutboundRequest(
            for: .call,
            method: method,
            url: server.url("/\(secret)?key=\(secret)"),
            headers: [OutboundHeader("Authorization", "Bearer \(secret)")],
            body: method == "POST" ? Array(secret.utf8) : nil
        )
        change(&request)
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(!"\(error)".contains(secret))
        #expect(error.detail.hasPrefix("http://127.0.0.1:\(server.port): "))
        return (error, server.requests.count)
    }

    @Test(arguments: ["GET", "POST"])
    func `a provider that hangs is a timeout that may have acted`(_ method: String) async throws {
        let (error, count) = try await Self.failure(method, [.hold]) { request in
            request.timeout = .milliseconds(80)
        }
        #expect(error.code == .timeout)
        #expect(error.mayHaveReachedServer)
        #expect(count == 1)
    }

    @Test func `a provider that hangs in the middle of the answer is a timeout`() async throws {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        let (error, _) = try await Self.failure("POST", .text(half)) { request in
            request.timeout = .milliseconds(80)
        }
        #expect(error.code == .timeout)
        #expect(error.mayHaveReachedServer)
    }

    @Test func `a refused connection was certainly not sent`() async throws {
        let port = try Loopback.closedPort()
        let request = OutboundRequest(for: .call, method: "POST", url: "http://127.0.0.1:\(port)/")
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(error.code == .unreachable)
        #expect(!error.mayHaveReachedServer)
    }

    @Test func `a name that does not exist was certainly not sent`() async throws {
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: "http://no-such-host.invalid/"
        )
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(error.code == .unreachable)
        #expect(!error.mayHaveReachedServer)
    }

    @Test(arguments: ["GET", "POST"])
    func `a connection closed before the answer may have acted`(_ method: String) async throws {
        let (error, count) = try await Self.failure(method, [.close])
        #expect(error.code == .droppedBeforeAnswer)
        #expect(error.mayHaveReachedServer)
        #expect(count == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
    ])
    func `a connection closed within the answer may have acted`(_ text: String) async throws {
        let (error, count) = try await Self.failure("POST", .text(text) + [.close])
        #expect(error.code == .droppedBeforeAnswer)
        #expect(error.mayHaveReachedServer)
        #expect(count == 1)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH"])
    func `a request on a used connection that dies is not sent twice`(
        _ method: String
    ) async throws {
        let server = try ScriptedServer { $0.target == "/first" ? .answer() : [.close] }
        defer { server.stop() }
        let client = try Loopback.client()
        _ = try await client.send(.init(for: .call, method: "GET", url: server.url("/first")))
        let request = OutboundRequest(for: .call, method: method, url: server.url("/second"))
        let error = try await Loopback.failure(of: request, by: client)
        #expect(error.code == .droppedBeforeAnswer)
        #expect(error.mayHaveReachedServer)
        #expect(server.requests.map(\.target) == ["/first", "/second"])
    }

    @Test func `a safe request on a used connection that dies is sent again`() async throws {
        let server = try ScriptedServer { request in
            request.connection == 1 && request.target == "/second" ? [.close] : .answer(body: "x")
        }
        defer { server.stop() }
        let client = try Loopback.client()
        _ = try await client.send(.init(for: .call, method: "GET", url: server.url("/first")))
        let response = try await client.send(
            .init(for: .call, method: "GET", url: server.url("/second"))
        )
        #expect(response.status == 200)
        #expect(server.requests.map(\.target) == ["/first", "/second", "/second"])
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "\0\u{1}\u{2}\u{3}\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ])
    func `garbage is a malformed answer`(_ text: String) async throws {
        let (error, _) = try await Self.failure("POST", .text(text) + [.close])
        #expect(error.code == .malformedAnswer)
        #expect(error.mayHaveReachedServer)
    }

    @Test(arguments: [
        "Content-Length: 101\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n", "\r\n",
        "Content-Length: 99999999999999\r\n\r\n",
    ])
    func `an answer over its limit is refused however it is framed`(_ text: String) async throws {
        let answer = "HTTP/1.1 200 OK\r\n\(text)" + String(repeating: "a", count: 101)
        let (error, _) = try await Self.failure("POST", .text(answer) + [.close]) { request in
            request.responseByteCountMax = 100
        }
        #expect(error.code == .responseTooLarge)
        #expect(error.mayHaveReachedServer)
    }

    @Test(arguments: [0, 1, 100])
    func `an answer of the limit passes`(_ limit: Int) async throws {
        let server = try ScriptedServer { request in
            .answer(
                body: String(repeating: "a", count: request.target == "/at" ? limit : limit + 1)
            )
        }
        defer { server.stop() }
        let client = try Loopback.client()
        var request = OutboundRequest(for: .call, method: "GET", url: server.url("/at"))
        request.responseByteCountMax = limit
        #expect(try await client.send(request).body.count == limit)
        request.url = server.url("/over")
        #expect(try await Loopback.failure(of: request, by: client).code == .responseTooLarge)
    }

    @Test(arguments: [(1, 70_000), (1, 400_000), (4_000, 16)])
    func `a head over its limit is refused`(_ count: Int, _ length: Int) async throws {
        let field = "X-A: " + String(repeating: "a", count: length)
        let fields = Array(repeating: field, count: count)
        let (error, _) = try await Self.failure("POST", .answer("200 OK", fields))
        #expect(error.code == .responseTooLarge)
        #expect(error.mayHaveReachedServer)
    }

    @Test func `a small answer that unfolds into a large one is refused`() async throws {
        // Ten million zeros: deflate's code for them is a start and zeros again.
        let start: [UInt8] = [
            0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF, 0xEC, 0xC1, 0x01, 0x01, 0, 0, 0, 0x80, 0x90,
            0xFE, 0xAF, 0xEE, 0x08, 0x0A,
        ]
        let bomb = start + [UInt8](repeating: 0, count: 9_700)
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
        let steps: [ScriptedServer.Step] = [.send(Array(head.utf8) + bomb), .close]
        let (error, _) = try await Self.failure("GET", steps) { request in
            request.responseByteCountMax = 100_000
        }
        #expect(error.code == .responseTooLarge)
    }

    @Test func `a request that breaks a rule is not sent`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let header = OutboundHeader("A", "x\r\nInjected: \(Self.secret)")
        let request = OutboundRequest(
            for: .call,
            method: "GET",
            url: server.url(),
            headers: [header]
        )
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(error.code == .invalidRequest)
        #expect(!"\(error)".contains(Self.secret))
        #expect(server.connectionCount == 0)
    }
}
