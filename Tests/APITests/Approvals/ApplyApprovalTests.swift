import HTTPWire
import JSON
import Testing

@testable import API

/// A set that takes a config live where others have to approve it first.
@Suite struct ApplyApprovalTests {
    private func apply(
        _ world: ApprovalWorld,
        _ query: String = "",
        note: String = "one"
    ) async throws -> TestAnswer {
        var config = ApprovalWorld.config(note).object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "production",
            "status": "published",
        ]
        let member: JSONValue = [
            "kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(config),
        ]
        return try await world.api.send(.post, "/v1/apply\(query)", ["objects": [member]])
    }

    @Test func `the plan is shown with the approvals that stand in its way`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let plan = try await apply(world, "?dryRun=true&values=true")
        #expect(plan.status == 200, "\(plan)")
        #expect(plan.json["summary"]?["create"] == 1)
        #expect(plan.json["summary"]?["blocked"] == 1)
        let change = plan.json["changes"]?.array?.first
        #expect(change?["blockedBy"]?["code"] == "APPROVAL_REQUIRED", "\(plan)")
        let gate = change?["gates"]?.array?.first { $0["gate"] == "APPROVALS" }
        #expect(gate?["verdict"] == "failed", "\(plan)")
        // The real one is refused, and writes nothing.
        let refused = try await apply(world)
        #expect(refused.status == 409, "\(refused)")
        #expect(refused.code == "APPROVAL_REQUIRED")
        #expect(try await world.published() == nil)
    }

    @Test func `an approved content has nothing in its way`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let id = try await world.submitted(try await world.version("one"))
        #expect(try await world.move(id, "approve", as: world.anna).status == 200)
        let plan = try await apply(world, "?dryRun=true")
        #expect(plan.json["summary"]?["blocked"] == nil, "\(plan)")
        #expect(plan.json["changes"]?.array?.first?["blockedBy"] == nil)
        #expect(try await apply(world).status == 200)
    }

    @Test func `a config that is wrong beside is refused as a plan, too`() async throws {
        let world = try await ApprovalWorld(required: 1)
        try await world.api.must(.post, ApprovalWorld.tenant + "/connections/conn/revoke")
        let plan = try await apply(world, "?dryRun=true")
        #expect(plan.code == "VALIDATION_FAILED", "\(plan)")
    }
}
