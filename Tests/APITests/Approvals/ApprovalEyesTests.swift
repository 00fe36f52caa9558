import HTTPWire
import JSON
import Testing

@testable import API

/// A yes counts for what was seen, and for one pair of eyes.
@Suite struct ApprovalEyesTests {
    private func key(
        _ world: ApprovalWorld,
        _ path: String,
        _ role: String,
        by maker: String?
    )
        async throws -> (id: String, text: String)
    {
        let body: JSONValue = ["roles": [.string(role)], "environments": ["*"]]
        let made: TestAnswer
        if let maker {
            made = try await world.api.send(.post, path + "/keys", body, key: maker)
        } else {
            made = try await world.api.must(.post, path + "/keys", body)
        }
        #expect(made.status == 201, "\(made)")
        return (
            try #require(made.json["id"]?.string), try #require(made.json["key"]?.string)
        )
    }

    @Test func `a yes to a content that was replaced counts for nothing`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let version = try await world.version("one", isDraft: true)
        let id = try await world.submitted(version)
        let seen = try await world.read(id)["contentDigest"] ?? .null
        let path = "\(ApprovalWorld.line)/versions/\(version)"
        try await world.api.must(.put, path, ApprovalWorld.config("two"))
        #expect(try await world.move(id, "submit", as: world.author).status == 200)
        let late = try await world.move(id, "approve", ["contentDigest": seen], as: world.anna)
        #expect(late.status == 409, "\(late)")
        #expect(late.code == "CHANGE_REQUEST_CONFLICT")
        #expect(try await world.read(id)["countedApprovals"] == 0)
        #expect(try await world.move(id, "approve", as: world.anna).status == 200)
    }

    @Test func `an approval that does not say of what is refused`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let path = "\(ApprovalWorld.requests)/\(id)/approve"
        let answer = try await world.api.send(.post, path, ["comment": "yes"], key: world.anna)
        #expect(answer.status == 422, "\(answer)")
        #expect(answer.code == "MISSING_FIELD")
    }

    @Test func `who made the version can't approve it`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let path = ApprovalWorld.line + "/versions"
        let config = ApprovalWorld.config("one")
        let made = try await world.api.send(.post, path, config, key: world.anna)
        let version = try #require(made.json["meta"]?["version"]?.integer)
        try await world.api.must(.post, "\(path)/\(version)/preview")
        let id = try await world.submitted(version)
        let minted = try await key(world, ApprovalWorld.tenant, "tenant-admin", by: world.anna)
        for text in [world.anna, minted.text] {
            let answer = try await world.move(id, "approve", as: text)
            #expect(answer.code == "SELF_APPROVAL", "\(answer)")
        }
        #expect(try await world.move(id, "approve", as: world.ben).json["status"] == "Approved")
    }

    @Test func `a key of the platform that makes another is one pair of eyes`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let first = try await key(world, "/v1", "platform-admin", by: nil)
        let second = try await key(world, "/v1", "platform-admin", by: first.text)
        #expect(try await world.move(id, "approve", as: first.text).status == 200)
        let twin = try await world.move(id, "approve", as: second.text)
        #expect(twin.code == "ALREADY_APPROVED", "\(twin)")
        // The bootstrap key is nobody's, and gives out what is for people.
        let other = try await key(world, "/v1", "platform-admin", by: nil)
        #expect(try await world.move(id, "approve", as: other.text).json["status"] == "Approved")
    }

    @Test func `a key that is revoked takes along the yes of a key that it made`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let id = try await world.submitted(try await world.version("one"))
        let thief = try await key(world, ApprovalWorld.tenant, "tenant-admin", by: nil)
        let minted = try await key(world, ApprovalWorld.tenant, "tenant-admin", by: thief.text)
        #expect(try await world.move(id, "approve", as: minted.text).json["status"] == "Approved")
        try await world.api.must(.delete, "\(ApprovalWorld.tenant)/keys/\(thief.id)")
        #expect(try await world.read(id)["countedApprovals"] == 0)
        let answer = try await world.move(id, "apply", as: world.author)
        #expect(answer.code == "APPROVALS_MISSING", "\(answer)")
    }

    @Test(arguments: [1, 0, nil] as [Int64?])
    func `a policy that asks for less is an alert`(required: Int64?) async throws {
        let world = try await ApprovalWorld()
        let webhooks = ApprovalWorld.tenant + "/webhooks"
        let webhook: JSONValue = [
            "id": "watch", "url": "https://watch.example/alerts",
            "events": ["config.approvals_lowered"],
        ]
        try await world.api.must(.post, webhooks, webhook)
        // As many as before, and more, are none.
        for count in [2, 3] as [Int64] {
            try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(count))
        }
        let path = webhooks + "/watch/deliveries"
        #expect(try await world.api.must(.get, path).json["items"]?.array?.isEmpty == true)
        if let required {
            try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(required))
        } else {
            try await world.api.must(.delete, ApprovalWorld.deletion)
        }
        let told = try await world.api.must(.get, path).json["items"]?.array ?? []
        #expect(told.map { $0["eventType"] } == ["config.approvals_lowered"])
        let action = required == nil ? "approvalPolicy.delete" : "approvalPolicy.put"
        let trail = ApprovalWorld.tenant + "/audit?kind=change"
        let records = try await world.api.must(.get, trail).json["items"]?.array ?? []
        let member = required == nil ? "reason" : "loweredReason"
        let reasons = records.filter { $0["action"]?.string == action }
            .compactMap { $0["after"]?[member]?.string }
        #expect(reasons == [ApprovalWorld.reason], "\(records)")
    }
}
