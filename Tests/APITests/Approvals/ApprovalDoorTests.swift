import HTTPWire
import JSON
import Testing

@testable import API

/// No door leads to a live config around the approvals.
@Suite struct ApprovalDoorTests {
    @Test func `publish is refused, also when it is rehearsed, and nothing goes live`()
        async throws
    {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        for query in ["", "?dryRun=true"] {
            let answer = try await world.publish(version, [:], query)
            #expect(answer.status == 409, "\(answer)")
            #expect(answer.code == "APPROVAL_REQUIRED")
            let gate = answer.json["gates"]?.array?.last
            #expect(gate?["gate"] == "APPROVALS")
            #expect(gate?["verdict"] == "failed")
            #expect(gate?["required"] == 2)
        }
        // The platform's own key neither.
        let answer = try await world.publish(version, as: TestAPI.bootstrapKey)
        #expect(answer.code == "APPROVAL_REQUIRED")
        #expect(try await world.published() == nil)
    }

    @Test func `what is wrong with a config is told before who has to approve it`() async throws {
        let world = try await ApprovalWorld()
        let empty: JSONValue = ["integrations": [], "meta": ["blueprintVersion": 1]]
        let made = try await world.api.must(.post, ApprovalWorld.line + "/versions", empty)
        let number = try #require(made.json["meta"]?["version"]?.integer)
        #expect(try await world.publish(number).code == "VALIDATION_FAILED")
    }

    @Test func `publish of an approved version passes, and uses the request up`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.approved(version)
        let answer = try await world.publish(version)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.json["gates"]?.array?.last?["changeRequest"]?.string == id)
        #expect(try await world.status(id) == "Applied")
    }

    @Test func `rollback needs an approval of the old content`() async throws {
        let world = try await ApprovalWorld()
        let (one, two) = (try await world.version("one"), try await world.version("two"))
        for version in [one, two] {
            let id = try await world.approved(version)
            #expect(try await world.move(id, "apply", as: world.author).status == 200)
        }
        let rollback: JSONValue = ["toVersion": .integer(one)]
        let target = ApprovalWorld.line + "/rollback"
        let refused = try await world.api.send(.post, target, rollback)
        #expect(refused.code == "APPROVAL_REQUIRED")
        // A request may be about a version that was live before.
        let id = try await world.approved(one)
        let applied = try await world.move(id, "apply", as: world.author)
        #expect(applied.status == 200, "\(applied)")
        #expect(applied.json["publishedVersion"] == 3)
        #expect(try await world.published() == 3)
        // And the rollback itself passes by one that is approved.
        let second = try await world.approved(two)
        let back: JSONValue = ["toVersion": .integer(two)]
        #expect(try await world.api.send(.post, target, back).status == 201)
        #expect(try await world.status(second) == "Applied")
    }

    @Test func `a set is refused as a whole, and passes with the approved content`() async throws {
        let world = try await ApprovalWorld()
        var config = ApprovalWorld.config("one").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "production",
            "status": "published",
        ]
        let set: JSONValue = [
            "objects": [
                [
                    "kind": "PolicyRule", "tenantId": "acme-corp",
                    "object": [
                        "id": "harmless", "effect": "forbid", "match": ["workflows": ["x"]],
                    ],
                ],
                [
                    "kind": "TenantAppConfig", "tenantId": "acme-corp",
                    "object": .object(config),
                ],
            ]
        ]
        let refused = try await world.api.send(.post, "/v1/apply", set)
        #expect(refused.status == 409, "\(refused)")
        #expect(refused.text.contains("APPROVAL_REQUIRED"))
        let rule = ApprovalWorld.tenant + "/policies/harmless"
        #expect(try await world.api.send(.get, rule).status == 404)

        let id = try await world.approved(try await world.version("one"))
        let applied = try await world.api.send(.post, "/v1/apply", set)
        #expect(applied.status == 200, "\(applied)")
        #expect(try await world.status(id) == "Applied")
        #expect(try await world.read(id)["publishedVersion"] == 2)
        let audited = try await world.api.audited(after: 0).records
        #expect(audited.contains("change changeRequest.apply"))
    }

    @Test func `a promotion makes a draft, and the draft is refused`() async throws {
        let world = try await ApprovalWorld()
        let tenant = ApprovalWorld.tenant
        try await world.api.must(
            .post,
            tenant + "/connections",
            SampleObjects.connection("test")
        )
        let sandbox = tenant + "/configs/invoice-app/sandbox"
        try await world.api.must(.post, sandbox + "/versions", SampleObjects.config("test"))
        try await world.api.must(.post, sandbox + "/versions/1/publish")
        let promotion: JSONValue = ["to": "production", "connections": ["test": "conn"]]
        let made = try await world.api.must(.post, sandbox + "/promote", promotion)
        let number = try #require(made.json["meta"]?["version"]?.integer)
        #expect(made.json["meta"]?["status"] == "draft")
        #expect(try await world.publish(number).code == "APPROVAL_REQUIRED")
        // A body can't call itself published.
        let body: JSONValue = ["meta": ["status": "published", "blueprintVersion": 1]]
        let target = "\(ApprovalWorld.line)/versions/\(number)"
        _ = try await world.api.send(.put, target, body)
        #expect(try await world.published() == nil)
    }

    @Test func `where a preview goes live it needs approvals too`() async throws {
        let world = try await ApprovalWorld()
        let tenant = ApprovalWorld.tenant
        let policy: JSONValue = [
            "environments": ["sandbox": ["required": 1]], "reason": .string(ApprovalWorld.reason),
        ]
        try await world.api.must(.put, ApprovalWorld.policy, policy)
        try await world.api.must(
            .post,
            tenant + "/connections",
            SampleObjects.connection("test")
        )
        let sandbox = tenant + "/configs/invoice-app/sandbox"
        try await world.api.must(.post, sandbox + "/versions", SampleObjects.config("test"))
        for step in ["preview", "publish"] {
            let answer = try await world.api.send(.post, sandbox + "/versions/1/\(step)", [:])
            #expect(answer.code == "APPROVAL_REQUIRED", "\(step)")
        }
        let body: JSONValue = [
            "blueprint": "invoice-app", "environment": "sandbox", "version": 1, "title": "t",
        ]
        let made = try await world.api.send(
            .post,
            ApprovalWorld.requests,
            body,
            key: world.author
        )
        let id = try #require(made.json["id"]?.string)
        try await world.move(id, "submit", as: world.author)
        try await world.move(id, "approve", as: world.anna)
        let preview = try await world.api.send(.post, sandbox + "/versions/1/preview", [:])
        #expect(preview.status == 200)
        #expect(try await world.status(id) == "Approved", "a look uses no approvals up")
        #expect(try await world.move(id, "apply", as: world.author).status == 200)
    }
}
