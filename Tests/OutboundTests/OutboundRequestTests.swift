import Testing

@testable import Outbound

@Suite struct OutboundRequestTests {
    private static func get(_ change: (inout OutboundRequest) -> Void) -> OutboundRequest {
        var request = OutboundRequest(for: .call, method: "GET", url: "http://example.com/")
        change(&request)
        return request
    }

    private static func refuses(_ change: (inout OutboundRequest) -> Void) -> Bool {
        do throws(OutboundError) {
            try get(change).check()
            return false
        } catch {
            return error.code == .invalidRequest && !error.mayHaveReachedServer
        }
    }

    @Test(arguments: ["", "get", "GET ", "CONNECT", "TRACE", "G\r\nT", "ABCDEFGHIJKLMNOPQRSTU"])
    func `refuses a method that cannot be sent`(_ method: String) {
        #expect(Self.refuses { $0.method = method })
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
    func `takes the common methods`(_ method: String) {
        #expect(!Self.refuses { $0.method = method })
    }

    @Test(arguments: [
        ("", "x"), ("a b", "x"), ("a:", "x"), ("\u{e4}", "x"), ("A", "x\r\nB: y"), ("A", "x\ny"),
        ("A", "\0"), ("A", "\u{7F}"), ("Host", "x"), ("content-length", "0"),
        ("Transfer-Encoding", "chunked"), ("Connection", "close"), ("Proxy-Authorization", "x"),
    ])
    func `refuses a header that would change the message`(_ name: String, _ value: String) {
        #expect(Self.refuses { $0.headers = [OutboundHeader(name, value)] })
    }

    @Test func `takes text and tabs in a value`() {
        #expect(
            !Self.refuses { $0.headers = [OutboundHeader("A", "gr\u{fc}n\tx"), .init("B", "")] }
        )
    }

    @Test func `refuses headers by number and size`() {
        let header = OutboundHeader("a", "")
        #expect(!Self.refuses { $0.headers = Array(repeating: header, count: 100) })
        #expect(Self.refuses { $0.headers = Array(repeating: header, count: 101) })
        let long = String(repeating: "x", count: OutboundRequest.headerByteCountMax - 1)
        #expect(!Self.refuses { $0.headers = [OutboundHeader("a", long)] })
        #expect(Self.refuses { $0.headers = [OutboundHeader("ab", long)] })
    }

    @Test func `refuses a body that a HEAD cannot have, and one over the limit`() {
        #expect(Self.refuses { ($0.method, $0.body) = ("HEAD", []) })
        let limit = OutboundRequest.bodyByteCountMax
        #expect(Self.refuses { $0.body = Array(repeating: 0, count: limit + 1) })
    }

    @Test func `refuses times and limits out of range`() {
        #expect(Self.refuses { $0.timeout = .zero })
        #expect(!Self.refuses { $0.timeout = OutboundRequest.timeoutMax })
        #expect(Self.refuses { $0.timeout = OutboundRequest.timeoutMax + .nanoseconds(1) })
        #expect(Self.refuses { $0.connectTimeout = .zero })
        #expect(Self.refuses { $0.responseByteCountMax = -1 })
    }

    @Test func `no text of a request or header shows what it holds`() {
        let secret = OutboundHeader("X-Key", "hunter2")
        let request = Self.get {
            $0.url = "https://example.com/?key=hunter2"
            $0.headers = [secret]
            $0.body = Array("hunter2".utf8)
        }
        var dumped = ""
        dump(request, to: &dumped)
        dump(secret, to: &dumped)
        let texts = ["\(request)", String(reflecting: request), "\(secret)", "\([secret])", dumped]
        for text in texts { #expect(!text.contains("hunter2")) }
        #expect(!dumped.contains("104"))  // "h" as the first byte of the body
    }

    @Test(arguments: [
        "Authorization", "COOKIE", "X-Api-Key", "X-Postmark-Server-Token", "x-auth", "X-Signature",
        "Client-Secret", "X-Vault-Token",
    ])
    func `knows a credential by its name`(_ name: String) {
        #expect(OutboundHeader(name, "x").isCredential)
    }

    @Test func `knows a credential by the caller's mark`() {
        #expect(!OutboundHeader("Accept", "x").isCredential)
        #expect(OutboundHeader("Accept", "x", isSensitive: true).isCredential)
    }
}
