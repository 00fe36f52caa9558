import Model
import Testing

@testable import Execution

@Suite struct QuotaPeriodTests {
    private func milliseconds(_ text: String) throws -> Int64 {
        try #require(Timestamp(text)).milliseconds
    }

    @Test(arguments: [
        (
            QuotaPeriod.minute, "2024-02-29T23:59:59.999Z", "2024-02-29T23:59:00Z",
            "2024-03-01T00:00:00Z"
        ),
        (.hour, "2024-02-29T23:59:59.999Z", "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"),
        (.day, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        (.month, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        (.month, "2024-12-31T23:59:59.999Z", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        (.month, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
        (.day, "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
    ])
    func `follows the UTC calendar`(
        _ period: QuotaPeriod,
        _ now: String,
        _ start: String,
        _ end: String
    ) throws {
        let now = try milliseconds(now)
        #expect(period.start(at: now) == (try milliseconds(start)))
        #expect(period.end(at: now) == (try milliseconds(end)))
    }

    @Test func `a counter begins anew with its period, and not with an earlier one`() throws {
        let day = try milliseconds("2024-02-28T23:00:00Z")
        let next = try milliseconds("2024-02-29T01:00:00Z")
        var counter = QuotaCounter()
        counter.take(.day, now: day)
        counter.take(.day, now: day)
        #expect(counter.used(.day, now: day) == 2)
        #expect(counter.used(.day, now: next) == 0)
        counter.take(.day, now: next)
        #expect(counter.used(.day, now: next) == 1)
        #expect(counter.used(.day, now: day) == 1)
    }
}
