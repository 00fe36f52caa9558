import Platform
import Testing

@Suite struct TraceStateTests {
    private static func members(_ count: Int) -> String {
        (0..<count).map { "k\($0)=1" }.joined(separator: ",")
    }

    @Test(arguments: [
        "a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1 , b=2", "a=1,\tb=2", "a=1,,b=2",
        "a=1,", "0a@v=1", "tenant@vendor=x", "a_-*/0=!~", "a= 1", members(32),
        "a=" + String(repeating: "x", count: 256), String(repeating: "a", count: 256) + "=1",
        String(repeating: "a", count: 241) + "@" + String(repeating: "b", count: 14) + "=1",
        "a=\(String(repeating: "x", count: 250)),b=\(String(repeating: "x", count: 257 - 2))",
    ])
    func `takes`(_ text: String) { #expect(TraceState.isValid(text)) }

    @Test(arguments: [
        "", ",", " ", "a", "a=", "=1", "A=1", "0a=1", "a b=1", "a=1,a=2", "a=b=c", "a=ä",
        "a=\u{7F}",
        "a=1\r\nX: 1", "a@=1", "@a=1", "a@0=1", "a@b@c=1", "\u{FFFD}=1", members(33),
        "a=" + String(repeating: "x", count: 257), String(repeating: "a", count: 257) + "=1",
        String(repeating: "a", count: 242) + "@b=1",
        "a@" + String(repeating: "b", count: 15) + "=1",
    ])
    func `refuses`(_ text: String) { #expect(!TraceState.isValid(text)) }

    @Test func `takes 512 bytes and no more`() {
        let half = "a=" + String(repeating: "x", count: 253) + ","
        let text = half + "b=" + String(repeating: "y", count: 254)
        #expect(text.utf8.count == TraceState.byteCountMax)
        #expect(TraceState.isValid(text))
        #expect(!TraceState.isValid(text + "y"))
    }
}
