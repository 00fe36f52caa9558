import Testing

@testable import Outbound

@Suite struct OutboundURLTests {
    @Test(arguments: [
        ("http://example.com", "http://example.com:80"),
        ("HTTPS://EXAMPLE.com/a?b=c", "https://example.com:443"),
        ("https://example.com:443/", "https://example.com:443"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("http://127.1/", "http://127.0.0.1:80"),
        ("http://0x7f000001/", "http://127.0.0.1:80"),
        ("http://example.com?x=..", "http://example.com:80"),
    ])
    func `names the origin in one way`(_ text: String, _ origin: String) throws {
        #expect(try OutboundURL(text).origin == origin)
    }

    @Test(arguments: [
        "", "/", "example.com/a", "ftp://example.com/", "file:///etc/passwd", "http://",
        "http://user@example.com/", "http://user:pass@example.com/",
        "http://example.com:99999/", "http://exa mple.com/", "http://example.com/\u{e4}",
        "http://example.com/a\r\nX: y", "http://example.com\\@evil.test/", "gopher://127.0.0.1:70/",
        "http://example.com/../admin", "http://example.com/a/%2E%2e/b", "http://example.com/.",
        "http://example.com/a/.%2e",
    ])
    func `refuses what is no clean URL`(_ text: String) {
        let error = #expect(throws: OutboundError.self) { try OutboundURL(text) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test func `refuses by length`() throws {
        let start = "http://example.com/"
        let limit = OutboundRequest.urlByteCountMax
        let path = String(repeating: "a", count: limit - start.utf8.count)
        #expect(try OutboundURL(start + path).text.utf8.count == limit)
        #expect(throws: OutboundError.self) { try OutboundURL(start + path + "a") }
    }

    @Test(arguments: [
        ("/c", "http://example.com/c"), ("c", "http://example.com/a/c"),
        ("../c", "http://example.com/c"), ("?x=1", "http://example.com/a/b?x=1"),
        ("//other.test/c", "http://other.test/c"), ("https://other.test/", "https://other.test/"),
        ("/c#fragment", "http://example.com/c"),
    ])
    func `resolves where a redirect points`(_ location: String, _ target: String) throws {
        let url = try OutboundURL("http://example.com/a/b")
        #expect(try url.resolving(location).text == target)
    }

    @Test(arguments: ["ftp://example.com/", "http://me@example.com/", "file:///etc/passwd", ""])
    func `refuses a redirect to what is no clean URL`(_ location: String) throws {
        let url = try OutboundURL("http://example.com/a/b")
        let error = #expect(throws: OutboundError.self) { try url.resolving(location) }
        #expect(error?.code == .malformedAnswer)
    }
}
