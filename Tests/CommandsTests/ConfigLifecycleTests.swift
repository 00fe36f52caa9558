import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// Every step from every status (API sections 1 and 4).
@Suite struct ConfigLifecycleTests {
    typealias Status = ConfigVersion.Status

    /// What is done to a version.
    enum Step: CaseIterable {
        case preview
        case publish
        case archive
        case put
        case patch
        case delete
        case rollback
    }

    /// What comes of it.
    enum Outcome: Equatable {
        /// The version stands there afterwards.
        case moved(Status)
        case gone
        /// Another version was made of it and published; this one stands there.
        case copied(Status)
        case refused(String)
    }

    /// In a nonproduction environment, where a draft may be published.
    static let table: [Status: [Step: Outcome]] = {
        let immutable = Outcome.refused("VERSION_IMMUTABLE")
        let noWay = Outcome.refused("INVALID_TRANSITION")
        func row(_ preview: Outcome, _ publish: Outcome, _ rollback: Outcome) -> [Step: Outcome] {
            [
                .preview: preview, .publish: publish, .archive: .moved(.archived), .put: immutable,
                .patch: immutable, .delete: immutable, .rollback: rollback,
            ]
        }
        var draft = row(.moved(.preview), .moved(.published), noWay)
        draft[.put] = .moved(.draft)
        draft[.patch] = .moved(.draft)
        draft[.delete] = .gone
        return [
            .draft: draft,
            .preview: row(.moved(.preview), .moved(.published), noWay),
            .published: row(noWay, .moved(.published), .copied(.superseded)),
            .superseded: row(noWay, noWay, .copied(.superseded)),
            .archived: row(noWay, noWay, noWay),
        ]
    }()

    static let cells: [(Status, Step)] = Status.allCases.flatMap { status in
        Step.allCases.map { (status, $0) }
    }

    @Test(arguments: cells, ["sandbox", "production"])
    func `a version moves only as the table says`(
        _ cell: (status: Status, step: Step),
        _ environment: String
    ) async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await version(cell.status, bench, environment)
        var expected = Self.table[cell.status]?[cell.step]
        if environment == "production", cell == (.draft, .publish) {
            expected = .refused("PREVIEW_REQUIRED")
        }
        let before = bench.state.revision
        let error = try await refusal {
            try await take(cell.step, number, bench, environment)
        }
        let line = try bench.line(environment).read(bench.state)
        let now = line.versions[number]?.value.status
        switch expected {
        case .moved(let status):
            #expect(error == nil)
            #expect(now == status)
        case .gone:
            #expect(error == nil)
            #expect(now == nil)
        case .copied(let status):
            #expect(error == nil)
            #expect(now == status)
            #expect(line.published?.value.number == line.lastNumber)
            #expect(line.published?.value.origin == .rollback(to: number))
        case .refused(let code):
            #expect(error?.code == code)
            #expect(error?.kind == .conflict)
            #expect(now == cell.status)
            #expect(bench.state.revision == before)
        case nil: Issue.record("the table has a hole")
        }
        #expect(line.versions.values.count { $0.value.status == .published } <= 1)
    }

    /// A version of the status.
    private func version(
        _ status: Status,
        _ bench: CommandBench,
        _ environment: String
    ) async throws -> Int {
        let number = try await bench.draft(body(environment), in: environment)
        if status == .draft { return number }
        if status == .archived {
            try await bench.archive(number, in: environment)
            return number
        }
        try await bench.preview(number, in: environment)
        if status == .preview { return number }
        try await bench.publish(number, in: environment)
        if status == .superseded {
            let other = body(environment, notes: "newer")
            _ = try await bench.publishedVersion(other, in: environment)
        }
        return number
    }

    private func body(_ environment: String, notes: String? = nil) -> JSONValue {
        let connection = environment == "sandbox" ? "conn_test" : "conn_prod"
        return Sample.configBody(connection, environment: environment, notes: notes)
    }

    private func take(
        _ step: Step,
        _ number: Int,
        _ bench: CommandBench,
        _ environment: String
    ) async throws -> CommandAnswer {
        let line = try bench.line(environment)
        let context = try bench.context()
        switch step {
        case .preview: return try await bench.preview(number, in: environment)
        case .publish: return try await bench.publish(number, in: environment)
        case .archive: return try await bench.archive(number, in: environment)
        case .put:
            let body = body(environment, notes: "changed")
            return try await PutConfigVersion(target: line, number: number, body: body).run(context)
        case .patch:
            let command = PatchConfigVersion(
                target: line,
                number: number,
                patch: ["notes": "changed"]
            )
            return try await command.run(context)
        case .delete:
            return try await DeleteConfigVersion(target: line, number: number).run(context)
        case .rollback:
            let body: JSONValue = ["toVersion": .integer(Int64(number))]
            return try await RollbackConfig(target: line, body: body).run(context)
        }
    }

    @Test func `a step that was taken already moves no revision`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await bench.publishedVersion()
        let before = bench.state.revision
        try await bench.publish(number)
        #expect(bench.state.revision == before)
    }

    @Test func `a number is given once, also when its draft was deleted`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let first = try await bench.draft()
        let line = try bench.line()
        _ = try await DeleteConfigVersion(target: line, number: first).run(try bench.context())
        let next = try await bench.restarted()
        #expect(try await next.draft() == first + 1)
    }

    @Test func `what a body says of its version and status is not believed`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        guard var body = Sample.configBody().object, var meta = body["meta"]?.object else { return }
        meta["version"] = 40
        meta["status"] = "published"
        body["meta"] = .object(meta)
        let number = try await bench.draft(.object(body))
        #expect(number == 1)
        let line = try bench.line().read(bench.state)
        #expect(line.versions[1]?.value.status == .draft)
        #expect(line.published == nil)
    }
}
