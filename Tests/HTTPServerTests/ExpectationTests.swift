import HTTPWire
import Testing

@testable import HTTPServer

/// `Expect: 100-continue` (RFC 9110 section 10.1.1).
@Suite struct ExpectationTests {
    private static let head = "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"

    @Test func `asks for the body, once, then answers`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.head + "Content-Length: 4\r\n\r\n")
            #expect(try await client.answer()?.status == 100)
            try await client.send("ab")
            try await client.send("cd")
            #expect(try await client.answer()?.text == "/xabcd")
            try await client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.answer()?.text == "/next")
        }
    }

    @Test func `asks for a chunked body`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n")
            #expect(try await client.answer()?.status == 100)
            try await client.send("1\r\na\r\n0\r\n\r\n")
            #expect(try await client.answer()?.text == "/xa")
        }
    }

    @Test func `does not ask for a body that came along`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.head + "Content-Length: 2\r\n\r\nab")
            #expect(try await client.answer()?.status == 200)
        }
    }

    @Test func `refuses before the body is sent`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.head + "Content-Length: 1048577\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.status == 413 && answer?.closes == true)
            #expect(try await client.answer() == nil)
        }
    }

    @Test func `the interim answer keeps its place among pipelined ones`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(first + Self.head + "Content-Length: 1\r\n\r\n")
            #expect(try await client.answer()?.text == "/1")
            #expect(try await client.answer()?.status == 100)
            try await client.send("z")
            #expect(try await client.answer()?.text == "/xz")
        }
    }
}
