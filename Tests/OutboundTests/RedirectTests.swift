import Testing

@testable import Outbound

@Suite struct RedirectTests {
    private static func request(_ method: String, _ url: String) -> OutboundRequest {
        OutboundRequest(
            for: .call,
            method: method,
            url: url,
            headers: [
                OutboundHeader("Authorization", "Bearer k"), OutboundHeader("X-Api-Key", "k"),
                OutboundHeader("X-Mine", "k", isSensitive: true), OutboundHeader("Accept", "a/b"),
            ],
            redirects: .safeMethods
        )
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a safe request follows within its origin and keeps its credentials`(
        _ status: Int
    ) async throws {
        let server = try ScriptedServer { request in
            request.target == "/a" ? .redirect(status, to: "b?c") : .answer(body: "there")
        }
        defer { server.stop() }
        let response = try await Loopback.client().send(Self.request("GET", server.url("/a")))
        #expect(String(decoding: response.body, as: UTF8.self) == "there")
        #expect(server.requests.map(\.target) == ["/a", "/b?c"])
        for name in ["authorization", "x-api-key", "x-mine", "accept"] {
            #expect(server.requests.last?.header(name) != nil)
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `another origin is shown no credentials, nor is the first one after it`()
        async throws
    {
        let second = try ScriptedServer { request in
            .redirect(to: String(request.target.dropFirst()).replacing("|", with: "/"))
        }
        defer { second.stop() }
        let first = try ScriptedServer { [url = second.url()] request in
            guard request.target == "/a" else { return .answer() }
            let back = request.header("host") ?? ""
            return .redirect(to: "\(url)http:||\(back)|end")
        }
        defer { first.stop() }
        _ = try await Loopback.client().send(Self.request("GET", first.url("/a")))
        let after = second.requests + first.requests.dropFirst()
        #expect(after.count == 2)
        for request in after {
            for name in ["authorization", "x-api-key", "x-mine"] {
                #expect(request.header(name) == nil)
            }
            #expect(request.header("accept") == "a/b")
        }
        #expect(after.last?.target == "/end")
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func `for a method that is not safe the redirect is the answer`(_ method: String) async throws {
        let server = try ScriptedServer { _ in .redirect(307, to: "/b") }
        defer { server.stop() }
        let response = try await Loopback.client().send(Self.request(method, server.url("/a")))
        #expect(response.status == 307)
        #expect(response.header("location") == "/b")
        #expect(server.requests.count == 1)
    }

    @Test func `a body is not sent on, and nothing is followed unasked`() async throws {
        let server = try ScriptedServer { _ in .redirect(to: "/b") }
        defer { server.stop() }
        let client = try Loopback.client()
        var request = Self.request("GET", server.url("/a"))
        request.body = [1]
        #expect(try await client.send(request).status == 302)
        request.body = nil
        request.redirects = .none
        #expect(try await client.send(request).status == 302)
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [200, 300, 304, 305, 404])
    func `another status with a location is the answer`(_ status: Int) async throws {
        let server = try ScriptedServer { _ in
            .text("HTTP/1.1 \(status) X\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let response = try await Loopback.client().send(Self.request("GET", server.url("/a")))
        #expect(response.status == status)
    }

    @Test func `three redirects are followed, a fourth is not`() async throws {
        let server = try ScriptedServer { request in
            guard let left = Int(request.target.dropFirst()), left > 0 else { return .answer() }
            return .redirect(to: "/\(left - 1)")
        }
        defer { server.stop() }
        let client = try Loopback.client()
        #expect(try await client.send(Self.request("GET", server.url("/3"))).status == 200)
        #expect(server.requests.count == 4)
        let error = try await Loopback.failure(
            of: Self.request("GET", server.url("/4")),
            by: client
        )
        #expect(error.code == .malformedAnswer)
        #expect(error.mayHaveReachedServer)
        #expect(server.requests.count == 8)
    }

    @Test(arguments: [
        "ftp://127.0.0.1/", "file:///etc/passwd", "http://user:pass@127.0.0.1/", "http://",
    ])
    func `a redirect to what is no clean URL is a malformed answer`(_ location: String) async throws
    {
        let server = try ScriptedServer { _ in .redirect(to: location) }
        defer { server.stop() }
        let error = try await Loopback.failure(
            of: Self.request("GET", server.url()),
            by: try Loopback.client()
        )
        #expect(error.code == .malformedAnswer)
        #expect(!error.detail.contains("pass"))
    }

    @Test func `the time counts over all redirects`() async throws {
        let server = try ScriptedServer { request in
            request.target == "/a" ? .redirect(to: "/b") : [.hold]
        }
        defer { server.stop() }
        var request = Self.request("GET", server.url("/a"))
        request.timeout = .milliseconds(300)
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(error.code == .timeout)
        #expect(error.mayHaveReachedServer)
    }

    @Test func `a way from https to http is not followed`() throws {
        let request = OutboundRequest(for: .call, method: "GET", url: "https://example.com/")
        let exchange = try Exchange(request)
        let error = #expect(throws: OutboundError.self) {
            try exchange.following("http://example.com/")
        }
        #expect(error?.code == .malformedAnswer)
        #expect(try exchange.following("https://other.test/").url.isSecure)
    }
}
