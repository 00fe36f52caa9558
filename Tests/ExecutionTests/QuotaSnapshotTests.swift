import JSON
import Model
import Testing

@testable import Execution

@Suite struct QuotaSnapshotTests {
    private let now = Timestamp(milliseconds: 1_709_247_600_000)

    private func snapshot(_ headers: [String: String]) -> JSONValue? {
        QuotaSnapshot({ headers[$0.lowercased()] }, at: now)?.json
    }

    @Test func `the names in use are all understood`() {
        let expected: JSONValue = ["limit": 60, "remaining": 7, "resetSeconds": 30]
        for start in ["ratelimit-", "x-ratelimit-", "x-rate-limit-"] {
            for end in ["", "-requests"] {
                let headers = [
                    "\(start)limit\(end)": "60", "\(start)remaining\(end)": "7",
                    "\(start)reset\(end)": "30",
                ]
                #expect(snapshot(headers) == expected)
            }
        }
    }

    @Test func `a reset that is a time is told as the seconds until then`() {
        #expect(snapshot(["x-ratelimit-reset": "1709247660"])?["resetSeconds"] == 60)
        #expect(snapshot(["x-ratelimit-reset": "1709247000"])?["resetSeconds"] == 0)
    }

    @Test func `the first of several windows counts`() {
        #expect(snapshot(["ratelimit-limit": "10, 10;w=1, 50;w=60"])?["limit"] == 10)
    }

    @Test(arguments: ["", "many", "-1", "1.5", "6m0s", "99999999999999999999"])
    func `what is no whole number is left out`(_ text: String) {
        #expect(snapshot(["ratelimit-limit": text]) == nil)
        let rest = snapshot(["ratelimit-limit": text, "ratelimit-remaining": "3"])
        #expect(rest == ["limit": nil, "remaining": 3, "resetSeconds": nil])
    }

    @Test func `an answer without them says nothing`() {
        #expect(snapshot(["content-type": "1"]) == nil)
    }
}
