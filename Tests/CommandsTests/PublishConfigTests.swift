import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct PublishConfigTests {
    static let publisherCount = 16

    @Test func `of many that publish at once one version is live, and history tells how`()
        async throws
    {
        let bench = try await CommandBench()
        try await bench.putWorld()
        for index in 1...Self.publisherCount {
            let number = try await bench.draft(Sample.configBody(notes: "number \(index)"))
            try await bench.preview(number)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...Self.publisherCount {
                group.addTask { try await bench.publish(number) }
            }
            try await group.waitForAll()
        }
        try check(try bench.line().read(bench.state))
        let next = try await bench.restarted()
        try check(try next.line().read(next.state))
    }

    private func check(_ line: ConfigLine) throws {
        let statuses = line.versions.values.map(\.value.status)
        #expect(statuses.count { $0 == .published } == 1)
        #expect(statuses.count { $0 == .superseded } == Self.publisherCount - 1)
        // Replaying the history: at no moment are two versions live, and the last is the live one.
        var live: Int?
        for step in line.history where step.to == .published || step.from == .published {
            if step.to == .published {
                #expect(live == nil)
                live = step.version
            } else {
                #expect(step.to == .superseded)
                #expect(live == step.version)
                live = nil
            }
        }
        #expect(live == line.published?.value.number)
        let goneLive = line.history.filter { $0.to == .published }.map(\.version)
        #expect(goneLive.sorted() == Array(1...Self.publisherCount))
    }

    @Test func `publishers with If-Match of the same draft: one wins`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await bench.draft()
        let seen = try await bench.preview(number).entityRevision
        let codes = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let context = try bench.context(ifMatch: seen)
                    let line = try bench.line()
                    return try await refusal {
                        try await PublishConfig(target: line, number: number, body: nil)
                            .run(context)
                    }?
                    .code
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 1)
        #expect(codes.count { $0 == "REVISION_MISMATCH" } == 7)
    }

    @Test func `an invalid version is refused with its report, and the old one stays live`()
        async throws
    {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let good = try await bench.publishedVersion()
        let bad = try await bench.draft(Sample.configBody("conn_none"))
        for step in [bench.preview, bench.publish] {
            let error = try await refusal { try await step(bad, "production") }
            #expect(error?.code == "VALIDATION_FAILED")
            #expect(error?.members["report"]?["valid"] == false)
            #expect(error?.issues.contains { $0.code == .missingIntegrationConnection } ?? false)
        }
        #expect(try bench.line().read(bench.state).published?.value.number == good)
    }

    @Test func `a dry run answers what would be, and keeps nothing`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await bench.draft()
        try await bench.preview(number)
        let before = bench.state.revision
        let command = PublishConfig(target: try bench.line(), number: number, body: nil)
        let answer = try await command.run(try bench.context(isDryRun: true))
        #expect(answer.json["meta"]?["status"] == "published")
        #expect(answer.json["access"]?.array?.isEmpty == false)
        #expect(bench.state.revision == before)
        #expect(try bench.line().read(bench.state).published == nil)
    }

    @Test func `the access diff names each workflow whose winner changes`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        try await bench.connect("conn_other")
        _ = try await bench.publishedVersion()
        let number = try await bench.draft(Sample.configBody("conn_other"))
        try await bench.preview(number)
        let answer = try await bench.publish(number)
        let entry: JSONValue = [
            "workflow": "checkout", "capability": "payments.charge", "before": "conn_prod",
            "after": "conn_other",
        ]
        #expect(answer.json["access"] == [entry])
    }
}
