import Testing

@testable import Outbound

@Suite struct OutboundClientTests {
    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
    func `sends the method, the target and the body as they are`(_ method: String) async throws {
        let server = try ScriptedServer { _ in .answer("201 Created", body: "made") }
        defer { server.stop() }
        let body = (0...255).map { UInt8($0) }
        let response = try await Loopback.client()
            .send(
                OutboundRequest(
                    for: .call,
                    method: method,
                    url: server.url("/a%20b?c=%2F&d"),
                    body: body
                )
            )
        #expect(response.status == 201)
        #expect(response.body == Array("made".utf8))
        let request = try #require(server.requests.first)
        #expect(request.method == method)
        #expect(request.target == "/a%20b?c=%2F&d")
        #expect(request.version == "HTTP/1.1")
        #expect(request.body == body)
        #expect(request.header("content-length") == "256")
    }

    @Test(arguments: [
        ("GET", nil), ("DELETE", nil), ("OPTIONS", nil), ("POST", "0"), ("PUT", "0"),
        ("PATCH", "0"),
    ])
    func `without a body only those methods that have one send a length`(
        _ method: String,
        _ length: String?
    ) async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let request = OutboundRequest(for: .call, method: method, url: server.url())
        _ = try await Loopback.client().send(request)
        #expect(server.requests.first?.header("content-length") == length)
        #expect(server.requests.first?.header("transfer-encoding") == nil)
    }

    @Test func `a HEAD has the length of a body and none`() async throws {
        let server = try ScriptedServer { _ in
            .text("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
        }
        defer { server.stop() }
        let client = try Loopback.client()
        for _ in 0..<2 {
            let response = try await client.send(
                .init(for: .call, method: "HEAD", url: server.url())
            )
            #expect(response.header("content-length") == "5000000")
            #expect(response.body.isEmpty)
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `sends the caller's headers and none of its own inventions`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let headers = [
            OutboundHeader("X-One", "gr\u{fc}n"), OutboundHeader("X-Two", ""),
            OutboundHeader("X-One", "again"), OutboundHeader("Authorization", "Bearer k"),
        ]
        var request = OutboundRequest(
            for: .call,
            method: "POST",
            url: server.url(),
            headers: headers
        )
        request.body = Array(repeating: 0x61, count: 100_000)
        _ = try await Loopback.client().send(request)
        let received = try #require(server.requests.first)
        let own = received.headers.filter { $0.name.hasPrefix("X-") }
        #expect(own.map(\.value) == ["gr\u{fc}n", "", "again"])
        #expect(received.header("authorization") == "Bearer k")
        #expect(received.header("user-agent") == "bindery")
        #expect(received.header("host") == "127.0.0.1:\(server.port)")
        let names = Set(received.headers.map { $0.name.lowercased() })
        #expect(!names.contains("expect"))
        #expect(!names.contains("content-type"))
        #expect(received.body.count == 100_000)
    }

    @Test func `answers status, fields and body whatever the status`() async throws {
        let server = try ScriptedServer { _ in
            .answer("503 Nope", ["Retry-After: 7", "X-A: 1", "x-a: 2"], body: "{\"e\":1}")
        }
        defer { server.stop() }
        let response = try await Loopback.client()
            .send(.init(for: .call, method: "GET", url: server.url()))
        #expect(response.status == 503)
        #expect(response.header("retry-after") == "7")
        #expect(response.headers.filter { $0.isNamed("X-A") }.map(\.value) == ["1", "2"])
        #expect(String(decoding: response.body, as: UTF8.self) == "{\"e\":1}")
    }

    @Test func `reads chunked bodies, bodies without a length, and interim answers`() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/chunked":
                return .text(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n"
                )
            case "/interim":
                return .text("HTTP/1.1 103 Early Hints\r\nX-A: no\r\n\r\n")
                    + .answer(body: "abcdefg")
            default:
                return .text("HTTP/1.0 200 OK\r\n\r\nabcdefg") + [.close]
            }
        }
        defer { server.stop() }
        let client = try Loopback.client()
        for target in ["/chunked", "/interim", "/unbounded"] {
            let response = try await client.send(
                .init(for: .call, method: "GET", url: server.url(target))
            )
            #expect(String(decoding: response.body, as: UTF8.self) == "abcdefg")
            #expect(response.header("x-a") == nil)
            #expect(response.header("trailer") == nil)
        }
    }

    @Test func `requests after each other share a connection`() async throws {
        let server = try ScriptedServer { _ in .answer(body: "x") }
        defer { server.stop() }
        let client = try Loopback.client()
        for number in 0..<20 {
            let method = number.isMultiple(of: 2) ? "GET" : "POST"
            let response = try await client.send(
                .init(for: .call, method: method, url: server.url())
            )
            #expect(number == 0 || response.timings.connect == .zero)
        }
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 20)
    }

    @Test func `a connection that the server closed is not used again`() async throws {
        let server = try ScriptedServer { _ in .answer(body: "x") + [.close] }
        defer { server.stop() }
        let client = try Loopback.client()
        for _ in 0..<5 {
            _ = try await client.send(.init(for: .call, method: "POST", url: server.url()))
            // The client sees the end of the connection when it next looks, not in the answer.
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(server.connectionCount == 5)
    }

    @Test func `removes the compression that it asked for`() async throws {
        // "hello" by gzip.
        let packed: [UInt8] = [
            0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00,
            0x86, 0xA6, 0x10, 0x36, 0x05, 0, 0, 0,
        ]
        let server = try ScriptedServer { _ in
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
            return [.send(Array(head.utf8) + packed)]
        }
        defer { server.stop() }
        let client = try Loopback.client()
        var request = OutboundRequest(for: .call, method: "GET", url: server.url())
        let plain = try await client.send(request)
        #expect(plain.body == Array("hello".utf8))
        #expect(plain.header("content-encoding") == nil)
        request.acceptsGzip = false
        let raw = try await client.send(request)
        #expect(raw.body == packed)
        #expect(raw.header("content-encoding") == "gzip")
        #expect(server.requests.map { $0.header("accept-encoding") } == ["gzip", nil])
    }

    @Test func `speaks IPv6 and resolves names`() async throws {
        let server = try ScriptedServer(host: "::1") { _ in .answer(body: "6") }
        defer { server.stop() }
        // Another test's server may have the same port of IPv4, so that this one is refused.
        let client = try Loopback.client(allow: ["::1"])
        for host in ["[::1]", "localhost"] {
            let url = server.url(host: host)
            #expect(try await client.send(.init(for: .call, method: "GET", url: url)).status == 200)
        }
    }
}
