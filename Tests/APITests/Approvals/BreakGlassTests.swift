import HTTPWire
import JSON
import Testing

@testable import API

/// Going live without approvals: with a reason, and told to everybody who listens.
@Suite struct BreakGlassTests {
    private static let reason = "The provider has closed the old endpoint."

    private func glass(_ reason: String) -> JSONValue {
        ["breakGlass": ["reason": .string(reason)]]
    }

    @Test func `it is told in the answer, the history, the trail, the events and an alert`()
        async throws
    {
        let world = try await ApprovalWorld()
        let hook: JSONValue = [
            "url": "https://alerts.example/hook", "events": ["config.break_glass"],
        ]
        try await world.api.must(.put, ApprovalWorld.tenant + "/webhooks/ops", hook)
        let version = try await world.version("one")
        let answer = try await world.publish(version, glass(Self.reason))
        #expect(answer.status == 200, "\(answer)")
        let gate = answer.json["gates"]?.array?.last
        #expect(gate?["verdict"] == "skipped")
        #expect(gate?["reason"]?.string == Self.reason)

        let history = try await world.api.send(.get, ApprovalWorld.line + "/history")
        let step = history.json["items"]?.array?.first { $0["to"] == "published" }
        #expect(step?["breakGlass"]?.string == Self.reason, "\(history)")
        let records = try await world.api.audited(after: 0).records
        #expect(records.suffix(2) == ["change config.publish", "change config.breakGlass"])
        let trail = try await world.api.send(.get, ApprovalWorld.tenant + "/audit?limit=500")
        #expect(trail.text.contains(Self.reason))
        let deliveries = try await world.api.send(
            .get,
            ApprovalWorld.tenant + "/webhooks/ops/deliveries"
        )
        let types = deliveries.json["items"]?.array?.map { $0["eventType"] }
        #expect(types == ["config.break_glass"], "\(deliveries)")
        let stream = try await world.api.open("/v1/events?tenant=acme-corp&from=0")
        try await stream.wait { $0.text.contains("config.published") }
        await stream.leave()
        #expect(stream.text.contains("\"breakGlass\":{\"reason\":\"\(Self.reason)\"}"))
    }

    @Test func `a rollback may break the glass too`() async throws {
        let world = try await ApprovalWorld()
        for note in ["one", "two"] {
            let version = try await world.version(note)
            #expect(try await world.publish(version, glass(Self.reason)).status == 200)
        }
        var body = glass(Self.reason).object ?? [:]
        body["toVersion"] = 1
        let target = ApprovalWorld.line + "/rollback"
        let answer = try await world.api.send(.post, target, .object(body))
        #expect(answer.status == 201, "\(answer)")
        #expect(answer.json["gates"]?.array?.last?["verdict"] == "skipped")
    }

    @Test func `the reason is of ten to a thousand characters`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        for wrong: JSONValue in [
            ["breakGlass": [:]], ["breakGlass": true], glass("too short"),
            glass(String(repeating: "r", count: 1001)), glass(""),
        ] {
            let answer = try await world.publish(version, wrong)
            #expect(answer.status == 422, "\(answer)")
            let pointer = answer.json["errors"]?.array?.first?["pointer"]?.string
            #expect(pointer?.hasPrefix("/breakGlass") == true, "\(answer)")
        }
        #expect(try await world.published() == nil)
        let rehearsed = try await world.publish(version, glass("ten chars."), "?dryRun=true")
        #expect(rehearsed.status == 200)
        let long = String(repeating: "é", count: 1000)
        #expect(try await world.publish(version, glass(long)).status == 200)
    }

    @Test func `it skips approvals and nothing else`() async throws {
        let world = try await ApprovalWorld()
        let draft = try await world.version("one", isDraft: true)
        let unseen = try await world.publish(draft, glass(Self.reason))
        #expect(unseen.code == "PREVIEW_REQUIRED")
        let empty: JSONValue = ["integrations": [], "meta": ["blueprintVersion": 1]]
        let made = try await world.api.must(.post, ApprovalWorld.line + "/versions", empty)
        let number = try #require(made.json["meta"]?["version"]?.integer)
        let invalid = try await world.publish(number, glass(Self.reason))
        #expect(invalid.code == "VALIDATION_FAILED")
        let viewer = try await world.api.key("tenant-viewer")
        let answer = try await world.publish(draft, glass(Self.reason), as: viewer)
        #expect(answer.status == 403)
    }

    @Test func `where no approvals are wanted it means nothing`() async throws {
        let world = try await ApprovalWorld(required: 0)
        let version = try await world.version("one")
        let answer = try await world.publish(version, glass(Self.reason))
        #expect(answer.json["gates"]?.array?.last?["verdict"] == "notRequired")
        let records = try await world.api.audited(after: 0).records
        #expect(!records.contains("change config.breakGlass"))
    }
}
