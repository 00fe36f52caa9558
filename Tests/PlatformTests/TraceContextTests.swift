import Platform
import Testing

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(arguments: ["00", "01"])
    func `keeps trace and flags, with a new span`(_ flags: String) throws {
        let context = try #require(TraceContext("00-\(Self.trace)-\(Self.span)-\(flags)"))
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-\(flags)")
        let child = context.child()
        #expect(child.traceparent == "00-\(Self.trace)-\(child.spanID)-\(flags)")
        #expect(child.spanID != Self.span)
        #expect(TraceContext(child.traceparent) == child)
    }

    @Test(arguments: [("02", "00"), ("03", "01"), ("fe", "00"), ("ff", "01")])
    func `flags without a meaning are not passed on`(_ flags: String, _ kept: String) throws {
        let context = try #require(TraceContext("00-\(Self.trace)-\(Self.span)-\(flags)"))
        #expect(context.traceparent.hasSuffix("-\(kept)"))
    }

    @Test(arguments: [
        "01-\(trace)-\(span)-01", "01-\(trace)-\(span)-01-more", "fe-\(trace)-\(span)-01-",
    ])
    func `of a later version the known part is read`(_ text: String) throws {
        let context = try #require(TraceContext(text))
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-01-",
        "ff-\(trace)-\(span)-01", "ff-\(trace)-\(span)-01-more", "01-\(trace)-\(span)-01more",
        "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
        "FE-\(trace)-\(span)-01", "00-\(trace)-\(span)-0A",
        "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span)0-01",
        "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01\r\nX: 1", "0g-\(trace)-\(span)-01",
        "00-\(trace)-\(span)-01, 00-\(trace)-\(span)-01", " 00-\(trace)-\(span)-01",
        "01-\(trace)-\(span)-01-" + String(repeating: "x", count: 201),
    ])
    func `refuses what is malformed`(_ text: String) {
        #expect(TraceContext(text) == nil)
    }

    @Test func `a later version may be as long as the limit`() {
        let text = "01-\(Self.trace)-\(Self.span)-01-" + String(repeating: "x", count: 200)
        #expect(text.utf8.count == TraceContext.byteCountMax)
        #expect(TraceContext(text) != nil)
    }

    @Test func `a trace that begins is a valid one, and no other`() {
        let context = TraceContext.begin()
        #expect(TraceContext(context.traceparent) == context)
        #expect(!context.isSampled)
        #expect(TraceContext.begin().traceID != context.traceID)
    }

    @Test func `a valid state goes with the trace and its children`() throws {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        let context = try #require(TraceContext(text, state: "a=1,b=2"))
        #expect(context.state == "a=1,b=2")
        #expect(context.child().state == "a=1,b=2")
    }

    @Test func `a malformed state is dropped, and the trace goes on`() throws {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        #expect(try #require(TraceContext(text, state: "a")).state == nil)
    }
}
