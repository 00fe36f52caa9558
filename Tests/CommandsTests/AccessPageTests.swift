import JSON
import Testing

@testable import Commands

/// Pages of a search: what was examined is never lost, whatever ends a page.
@Suite struct AccessPageTests {
    private static let question: JSONValue = ["sought": "subject"]

    private func page(_ page: JSONValue?) throws -> AccessPage {
        var object: JSONObject = [:]
        object["page"] = page
        return try AccessPage(object, of: Self.question)
    }

    /// Walks keys of which some are results, a page at a time.
    private func walk(
        _ count: Int,
        isResult: (Int) -> Bool,
        limit: Int64,
        stepsPerKey: Int,
        stepCountMax: Int
    ) throws -> (found: [String], pageCount: Int, examinedCount: Int) {
        var found: [String] = []
        var pageCount = 0
        var examinedCount = 0
        var next: JSONValue = ["limit": .integer(limit)]
        while true {
            var results = AccessResults(try page(next), stepCountMax: stepCountMax)
            var stepCount = 0
            for number in 0..<count {
                let key = ["k", String(1000 + number)]
                guard !results.isPassed(key) else { continue }
                guard results.continues(stepCount) else { break }
                stepCount += stepsPerKey
                examinedCount += 1
                if isResult(number) {
                    results.add(key, .string(key[1]))
                } else {
                    results.skip(key)
                }
            }
            guard case .json(let body) = results.answer(revision: 1).body else { return ([], 0, 0) }
            pageCount += 1
            let items = body["results"]?.array ?? []
            #expect(items.count <= limit)
            #expect(body["page"]?["count"] == .integer(Int64(items.count)))
            found += items.compactMap(\.string)
            let token = body["page"]?["next_token"]?.string ?? ""
            guard !token.isEmpty, pageCount < 1000 else { break }
            next = ["token": .string(token)]
        }
        return (found, pageCount, examinedCount)
    }

    @Test func `a page that cost too much ends early, and the next goes on behind it`() throws {
        let wanted = (0..<40).filter { $0 % 3 == 0 }.map { String(1000 + $0) }
        for limit: Int64 in [1, 2, 5, 13, 14, 15, 500] {
            for stepCountMax in [0, 1, 5, 17, 1000] {
                let walked = try walk(
                    40,
                    isResult: { $0 % 3 == 0 },
                    limit: limit,
                    stepsPerKey: 1,
                    stepCountMax: stepCountMax
                )
                #expect(walked.found == wanted, "limit \(limit), steps \(stepCountMax)")
                if stepCountMax == 1000 {
                    // Enough steps: no page is empty, and none is asked for in vain.
                    #expect(walked.pageCount == (wanted.count + Int(limit) - 1) / Int(limit))
                }
            }
        }
    }

    @Test func `nothing found is one page, without a token`() throws {
        let walked = try walk(
            20,
            isResult: { _ in false },
            limit: 1,
            stepsPerKey: 1,
            stepCountMax: 100
        )
        #expect(walked.found.isEmpty)
        #expect(walked.pageCount == 1)
    }

    @Test func `the token carries the limit, which is held within its bounds`() throws {
        #expect(try page(nil).limit == AccessPage.limitDefault)
        #expect(try page(["limit": 500]).limit == 500)
        #expect(try page(["limit": 501]).limit == 500)
        let token = try page(["limit": 7]).token(after: ["a"])
        let next = try page(["token": .string(token)])
        #expect(next.limit == 7)
        #expect(next.after == ["a"])
        #expect(throws: AccessDefect.self) {
            try AccessPage(["page": ["token": .string(token)]], of: ["sought": "action"])
        }
    }
}
