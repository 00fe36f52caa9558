import Platform
import Testing

@testable import API

@Suite struct AccessLogSampleTests {
    private func takes(
        _ fraction: Double,
        _ traceID: String?,
        id: String = "r",
        status: Int = 200
    )
        -> Bool
    {
        AccessLogSample(fraction: fraction)
            .takes(status: status, traceID: traceID, requestID: id)
    }

    @Test(arguments: [400, 401, 404, 429, 500, 503])
    func `what failed is always logged`(_ status: Int) {
        #expect(takes(0, nil, status: status))
        #expect(takes(0, TraceContext.begin().traceID, status: status))
    }

    @Test(arguments: [200, 201, 204, 304])
    func `0 takes none and 1 takes all`(_ status: Int) {
        for trace in [
            nil, String(repeating: "0", count: 31) + "1", String(repeating: "f", count: 32),
        ] {
            #expect(!takes(0, trace, status: status))
            #expect(takes(1, trace, status: status))
        }
    }

    @Test func `the last 56 bits of the trace decide, by OpenTelemetry's threshold`() {
        let start = "0123456789abcdef01"
        #expect(!takes(0.5, start + "7fffffffffffff"))
        #expect(takes(0.5, start + "80000000000000"))
        #expect(!takes(0.25, start + "bfffffffffffff"))
        #expect(takes(0.25, start + "c0000000000000"))
        // The request's id has no say.
        for id in ["a", "b", "c", "d"] {
            #expect(takes(0.5, start + "80000000000000", id: id))
            #expect(!takes(0.5, start + "7fffffffffffff", id: id))
        }
    }

    @Test func `what a smaller part logs, a larger one logs too`() {
        for number in 0..<2000 {
            let id = "request-\(number)"
            if takes(0.1, nil, id: id) { #expect(takes(0.3, nil, id: id)) }
        }
    }

    @Test(arguments: [0.1, 0.5, 0.9])
    func `takes about its part, of traces and of ids that differ in one digit`(_ fraction: Double) {
        let traces = (0..<4000).count { _ in takes(fraction, TraceContext.begin().traceID) }
        let ids = (0..<4000).count { takes(fraction, nil, id: "id-\($0)") }
        for count in [traces, ids] {
            // Ten times the standard deviation, for no more than a fault to be seen.
            let deviation = (4000 * fraction * (1 - fraction)).squareRoot()
            #expect(abs(Double(count) - 4000 * fraction) < 10 * deviation)
        }
    }
}
