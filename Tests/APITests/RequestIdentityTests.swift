import Testing

@testable import API

@Suite struct RequestIdentityTests {
    @Test(arguments: ["a", "req-1", "0123.abc_DEF:+/=", String(repeating: "a", count: 128)])
    func `a well-formed id is echoed`(_ id: String) {
        #expect(RequestIdentity(requestID: id, now: 0).id == id)
    }

    @Test(arguments: [
        nil, "", "a b", "ä", "a\"b", "<a>", "a,b", String(repeating: "a", count: 129),
    ])
    func `another one is replaced by a UUIDv7`(_ id: String?) {
        let made = RequestIdentity(requestID: id, now: 1_770_000_000_000).id
        #expect(made.utf8.count == 36)
        #expect(made.dropFirst(14).first == "7")
        #expect(made != RequestIdentity(requestID: id, now: 1_770_000_000_000).id)
    }

    static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func `a well-formed traceparent is honoured`() {
        #expect(RequestIdentity(requestID: nil, now: 0, Self.trace).traceparent == Self.trace)
    }

    @Test(arguments: [
        "", "00", trace + "-00", trace.uppercased(), "01" + trace.dropFirst(2),
        "ff" + trace.dropFirst(2),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
    ])
    func `another traceparent is dropped`(_ text: String) {
        #expect(RequestIdentity(requestID: nil, now: 0, text).traceparent == nil)
    }
}
