import Model
import Testing

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private let date: Int64 = 784_111_777_000

    @Test func `seconds`() {
        #expect(RetryAfter.wait("0", now: 0) == .zero)
        #expect(RetryAfter.wait("120", now: 0) == .seconds(120))
        #expect(RetryAfter.wait("99999999999999999999", now: 0) == .seconds(Int32.max))
    }

    @Test func `a date`() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(RetryAfter.wait(text, now: date - 2500) == .milliseconds(2500))
        #expect(RetryAfter.wait(text, now: date + 1) == .zero)
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT",
    ])
    func `nothing else`(_ text: String) {
        #expect(RetryAfter.wait(text, now: 0) == nil)
    }
}
