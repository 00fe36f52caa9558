import HTTPWire
import JSON
import Model
import Testing

@testable import API
@testable import Commands

/// The trail says why a change request went the way it did.
@Suite struct RequestReasonTests {
    private static let tenant = ApprovalWorld.tenant

    /// The newest record of an action; its reason, empty when there is none.
    private func reason(_ action: String, _ world: ApprovalWorld) async throws -> String {
        let target = "\(Self.tenant)/audit?kind=change&limit=500"
        let records = try await world.api.must(.get, target).json["items"]?.array ?? []
        let found = records.filter { $0["action"]?.string == action }
            .max { ($0["sequence"]?.integer ?? 0) < ($1["sequence"]?.integer ?? 0) }
        return try #require(found, "no record \(action)")["reason"]?.string ?? ""
    }

    private func lastReason(_ world: ApprovalWorld) async throws -> String? {
        let steps = try await world.api.must(.get, ApprovalWorld.line + "/history")
        let published = steps.json["items"]?.array?.filter { $0["to"] == "published" }
        return published?.max { ($0["version"]?.integer ?? 0) < ($1["version"]?.integer ?? 0) }?[
            "reason"
        ]?
        .string
    }

    @Test(arguments: [(nil, "More slots"), ("As agreed.", "More slots: As agreed.")])
    func `what is applied is recorded with what the request is called, and what was said`(
        _ comment: String?,
        _ expected: String
    ) async throws {
        let world = try await ApprovalWorld()
        let id = try await world.approved(try await world.version("one"))
        let body: JSONValue = comment.map { ["comment": .string($0)] } ?? [:]
        #expect(try await world.move(id, "apply", body, as: world.author).status == 200)
        for action in ["changeRequest.apply", "config.publish"] {
            #expect(try await reason(action, world) == expected, "\(action)")
        }
        #expect(try await lastReason(world) == expected)
    }

    @Test func `a rollback by a request says so too`() async throws {
        let world = try await ApprovalWorld()
        for note in ["one", "two"] {
            let id = try await world.approved(try await world.version(note))
            #expect(try await world.move(id, "apply", as: world.author).status == 200)
        }
        let id = try await world.approved(1)
        let body: JSONValue = ["comment": "Two was slower."]
        let answer = try await world.move(id, "apply", body, as: world.author)
        #expect(answer.json["publishedVersion"] == 3, "\(answer)")
        #expect(try await reason("config.rollback", world) == "More slots: Two was slower.")
    }

    @Test func `a publish that carries a request out names it, its own reason beside`() async throws
    {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        _ = try await world.approved(version)
        let answer = try await world.publish(version, ["changeSummary": "Now."])
        #expect(answer.status == 200, "\(answer)")
        #expect(try await reason("changeRequest.apply", world) == "More slots")
        #expect(try await reason("config.publish", world) == "Now.")
    }

    @Test func `each step is recorded with its comment, and none where nothing was said`()
        async throws
    {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        #expect(try await reason("changeRequest.submit", world) == "")
        let no: JSONValue = ["comment": "Not on a Friday."]
        #expect(try await world.move(id, "reject", no, as: world.anna).status == 200)
        #expect(try await reason("changeRequest.reject", world) == "Not on a Friday.")
        let path = "\(ApprovalWorld.line)/versions/1/archive"
        try await world.api.must(.post, path)
        #expect(try await reason("changeRequest.cancel", world) == "the version was archived")
    }

    @Test func `what is published at its time says so, and what was refused says why`()
        async throws
    {
        let world = try await ApprovalWorld()
        for note in ["one", "two"] {
            let id = try await world.approved(try await world.version(note))
            let time: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
            #expect(try await world.move(id, "schedule", time, as: world.author).status == 200)
            if note == "two" {
                try await world.api.must(.post, Self.tenant + "/connections/conn/pause")
            }
            let later = Timestamp(milliseconds: WallClockTime.now) + .seconds(3601)
            await ReleaseScheduler(world.api.handler.services).publishDue { later }
        }
        let applied = try await reason("config.publish", world)
        #expect(applied == "More slots: scheduled for this time")
        let failed = try await reason("changeRequest.fail", world)
        #expect(failed.contains("/integrations/0/connectionId"), "\(failed)")
    }

    @Test func `a break-glass is recorded with its reason`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let glass: JSONValue = ["breakGlass": ["reason": "The provider has closed it."]]
        #expect(try await world.publish(version, glass).status == 200)
        let told = try await reason("config.breakGlass", world)
        #expect(told == "The provider has closed it.")
    }
}
