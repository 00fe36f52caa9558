import Testing

@testable import Execution

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(arguments: ["00", "01"])
    func `keeps trace and flags, with a new span`(_ flags: String) throws {
        let context = try #require(TraceContext("00-\(Self.trace)-\(Self.span)-\(flags)"))
        let text = context.traceparent(span: [1, 2, 3, 4, 5, 6, 7, 255])
        #expect(text == "00-\(Self.trace)-01020304050607ff-\(flags)")
    }

    @Test func `a later version may say more`() {
        #expect(TraceContext("01-\(Self.trace)-\(Self.span)-01-more") != nil)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01",
        "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace.dropLast())-\(span)-01",
        "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01\r\nX: 1", "0g-\(trace)-\(span)-01",
    ])
    func `refuses what is malformed`(_ text: String) {
        #expect(TraceContext(text) == nil)
    }
}
