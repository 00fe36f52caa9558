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

    // RFC 9110 section 5.6.7: a recipient takes all three.
    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ])
    func `a date`(_ text: String) {
        #expect(RetryAfter.wait(text, now: date - 2500) == .milliseconds(2500))
        #expect(RetryAfter.wait(text, now: date + 1) == .zero)
    }

    @Test(arguments: [
        (2026, "26", 2026), (2026, "76", 2076), (2026, "77", 1977), (2099, "01", 2101),
    ])
    func `a year of two digits is the nearest one, at most 50 years ahead`(
        _ year: Int64,
        _ digits: String,
        _ meant: Int64
    ) throws {
        let now = try #require(Timestamp("\(year)-01-01T00:00:00Z")).milliseconds
        let date = try #require(Timestamp("\(meant)-11-29T12:00:00Z")).milliseconds
        let wait = RetryAfter.wait("Sunday, 29-Nov-\(digits) 12:00:00 GMT", now: now)
        #expect(wait == .milliseconds(max(0, date - now)))
    }

    @Test func `an asctime date has one or two digits of the day`() throws {
        let noon = try #require(Timestamp("2026-11-29T12:00:00Z")).milliseconds
        #expect(RetryAfter.wait("Sun Nov 29 12:00:00 2026", now: noon - 1000) == .seconds(1))
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 31-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sun Nov 31 08:49:37 1994", "Sun Nov 6 8:49:37 1994", "Sun 6 Nov 08:49:37 1994",
        "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT",
    ])
    func `nothing else`(_ text: String) {
        #expect(RetryAfter.wait(text, now: 0) == nil)
    }
}
