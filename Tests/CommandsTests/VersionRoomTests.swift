import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A line that has all the versions that it may have still publishes and rolls back.
@Suite struct VersionRoomTests {
    /// A line whose version 1 is published, and versions of the statuses behind it, as many as asked.
    private func bench(
        _ count: Int,
        _ status: @Sendable @escaping (Int) -> ConfigVersion.Status
    ) async throws -> CommandBench {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.publishedVersion()
        let first = try #require(try bench.line().read(bench.state).versions[1])
        let config = first.value.config
        _ = try await bench.services.ledger.commit(
            actor: .system("test"),
            now: CommandBench.now
        ) { (_, stamp) throws(Never) in
            let changes = (2...count)
                .map { number in
                    Change.putConfigVersion(
                        Stored(
                            ConfigVersion(number: number, config: config, status: status(number)),
                            revision: stamp.revision,
                            createdAt: stamp.now,
                            updatedAt: stamp.now
                        )
                    )
                }
            return Ledger.Plan(changes, answer: true)
        }
        return bench
    }

    private func rollback(_ bench: CommandBench, to number: Int) async throws -> CommandError? {
        try await refusal {
            let body: JSONValue = ["toVersion": .integer(Int64(number)), "reason": "back"]
            return try await RollbackConfig(target: try bench.line(), body: body)
                .run(try bench.context())
        }
    }

    private func line(_ bench: CommandBench) throws -> ConfigLine {
        try bench.line().read(bench.state)
    }

    @Test func `a full line makes room by its oldest versions, and rolls back and publishes`()
        async throws
    {
        let bench = try await bench(ConfigLine.versionCountMax) { number in
            switch number {
            case 3: .draft
            case 5: .archived
            default: .superseded
            }
        }
        #expect(try line(bench).versions.count == ConfigLine.versionCountMax)
        let stepCount = try line(bench).history.count
        #expect(try await rollback(bench, to: 2) == nil)
        let next = try line(bench)
        #expect(next.versions.count <= ConfigLine.versionCountMax)
        #expect(next.published?.value.number == ConfigLine.versionCountMax + 1)
        // What it was made of stays, and so does the draft; the oldest others are gone.
        #expect(next.versions[2] != nil)
        #expect(next.versions[3]?.value.status == .draft)
        for number in [4, 5, 6] { #expect(next.versions[number] == nil) }
        #expect(next.versions[ConfigLine.versionCountMax] != nil)
        #expect(next.history.count > stepCount)
        // Another one, by a draft, a preview and a publish.
        let number = try await bench.publishedVersion(Sample.configBody(notes: "new"))
        #expect(try line(bench).published?.value.number == number)
        // What is counted of the blueprint is what is there, after a restart too.
        for bench in [bench, try await bench.restarted()] {
            let count = try line(bench).versions.count
            #expect(bench.state.catalog.configCounts[Sample.blueprint] == count)
            #expect(try line(bench).versions.values.count { $0.value.status == .published } == 1)
        }
    }

    @Test func `what an open change request names stays, whatever its age`() async throws {
        let bench = try await bench(ConfigLine.versionCountMax) { _ in .superseded }
        let body: JSONValue = [
            "blueprint": "invoice-app", "environment": "production", "version": 2,
            "title": "Back to the second",
        ]
        _ = try await CreateChangeRequest(scope: try bench.scope(), body: body)
            .run(try bench.context())
        #expect(try await rollback(bench, to: 9) == nil)
        let next = try line(bench)
        #expect(next.versions[2] != nil)
        #expect(next.versions[9] != nil)
        #expect(next.versions[3] == nil)
    }

    @Test func `drafts are bounded below that, and a line full of them rolls back`() async throws {
        let bench = try await bench(ConfigLine.unpublishedCountMax + 1) { number in
            number % 2 == 0 ? .draft : .preview
        }
        let body = Sample.configBody()
        let error = try await refusal {
            try await CreateConfigVersion(target: try bench.line(), body: body)
                .run(try bench.context())
        }
        #expect(error?.code == "TOO_MANY_VERSIONS")
        #expect(try await rollback(bench, to: 1) == nil)
        let next = try line(bench)
        #expect(next.published?.value.number == ConfigLine.unpublishedCountMax + 2)
        _ = try await DeleteConfigVersion(target: try bench.line(), number: 2)
            .run(try bench.context())
        #expect(try await bench.draft() == ConfigLine.unpublishedCountMax + 3)
    }
}
