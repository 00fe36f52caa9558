import HTTPWire
import Platform
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

    static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func `a well-formed traceparent is honoured, with its state`() throws {
        let identity = RequestIdentity(
            requestID: nil,
            now: 0,
            traceparent: Self.traceparent,
            tracestate: "a=1"
        )
        let trace = try #require(identity.trace)
        #expect(trace.traceparent == Self.traceparent)
        #expect(trace.state == "a=1")
    }

    @Test(arguments: [
        "", "ff" + traceparent.dropFirst(2), traceparent + ", " + traceparent,
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    ])
    func `another traceparent is dropped, and its state with it`(_ text: String) {
        let identity = RequestIdentity(
            requestID: nil,
            now: 0,
            traceparent: text,
            tracestate: "a=1"
        )
        #expect(identity.trace == nil)
    }

    @Test func `fields that stand twice are one list, which is no traceparent but a state`() throws
    {
        let twice = [
            HTTPField("traceparent", Self.traceparent), HTTPField("tracestate", "a=1"),
            HTTPField("tracestate", "b=2"),
        ]
        let request = try HTTPRequest(.get, "/livez", headers: twice)
        #expect(RequestIdentity(request, now: 0).trace?.state == "a=1, b=2")
        let again = twice + [HTTPField("traceparent", Self.traceparent)]
        let malformed = try HTTPRequest(.get, "/livez", headers: again)
        #expect(RequestIdentity(malformed, now: 0).trace == nil)
    }
}
