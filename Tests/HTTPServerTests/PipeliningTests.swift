import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct PipeliningTests {
    private static func gets(_ paths: [String]) -> String {
        paths.map { path in "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
    }

    @Test func `answers pipelined requests in order`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let paths = (0..<2_000).map { number in "/\(number)" }
            try await client.send(Self.gets(paths))
            for path in paths { #expect(try await client.answer()?.text == path) }
        }
    }

    @Test func `answers requests of every kind in order under odd splits`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let unit =
                Self.gets(["/g"]) + "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nde\r\n0\r\n\r\n"
            let bytes = Array(String(repeating: unit, count: 20).utf8)
            for start in stride(from: 0, to: bytes.count, by: 7) {
                try await client.send(Array(bytes[start..<min(start + 7, bytes.count)]))
            }
            for _ in 0..<20 {
                #expect(try await client.answer()?.text == "/g")
                #expect(try await client.answer()?.text == "/pabc")
                #expect(try await client.answer()?.text == "/cde")
            }
        }
    }

    @Test func `a suspended request holds back the ones behind it`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            guard request.path == "/wait" else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.gets(["/1", "/wait", "/2", "/wait", "/3"]))
            #expect(try await client.answer()?.text == "/1")
            try await Patience.wait { gate.arrivalCount == 1 }
            // Others are served meanwhile, by the same loop.
            let other = try server.connect()
            try await other.send(Self.gets(["/other"]))
            #expect(try await other.answer()?.text == "/other")
            #expect(server.server.statistics.requests == 3)
            #expect(try client.hasUnread() == false)
            gate.open()
            for path in ["/wait", "/2", "/wait", "/3"] {
                #expect(try await client.answer()?.text == path)
            }
        }
    }

    @Test func `many clients with suspended handlers each get their own answers`() async throws {
        let route: TestServer.Route = { request in
            .suspended {
                await Task.yield()
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route, loopCount: 2) { server in
            let address = server.address
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for client in 0..<20 {
                    group.addTask {
                        let paths = (0..<50).map { number in "/\(client)/\(number)" }
                        return try await Self.answers(from: WireClient(address), to: paths)
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.server.statistics.requests == 1_000)
        }
    }

    private static func answers(from client: WireClient, to paths: [String]) async throws -> Bool {
        try await client.send(gets(paths))
        for path in paths where try await client.answer()?.text != path { return false }
        return true
    }

    @Test func `large pipelined answers wait for a client that reads late`() async throws {
        let body = [UInt8](repeating: 0x78, count: 200 << 10)
        let route: TestServer.Route = { request in
            .answer(HTTPResponse(status: 200, body: .bytes(Array(request.path.utf8) + body)))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            let paths = (0..<100).map { number in "/\(number)" }
            try await client.send(Self.gets(paths))
            try await Patience.wait { server.server.statistics.requests > 0 }
            for path in paths {
                #expect(try await client.answer()?.body == Array(path.utf8) + body)
            }
        }
    }

    @Test func `what was pipelined behind a last request is not served`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            try await client.send(Self.gets(["/1"]) + last + Self.gets(["/2"]))
            #expect(try await client.answer()?.text == "/1")
            #expect(try await client.answer()?.text == "/last")
            #expect(server.server.statistics.requests == 2)
        }
    }
}
