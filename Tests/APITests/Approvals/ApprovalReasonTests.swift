import HTTPWire
import JSON
import Testing

@testable import API

/// Whoever asks for fewer approvals says why.
@Suite struct ApprovalReasonTests {
    private static let bare: JSONValue = ["environments": ["production": ["required": 1]]]

    @Test func `a policy that asks for less wants a reason, and one that does not wants none`()
        async throws
    {
        let world = try await ApprovalWorld()
        let refused = try await world.api.send(.put, ApprovalWorld.policy, Self.bare)
        #expect(refused.status == 422, "\(refused)")
        #expect(refused.text.contains("/reason"))
        #expect(refused.text.contains("production"))
        let gone = try await world.api.send(
            .put,
            ApprovalWorld.policy,
            ["environments": ["sandbox": ["required": 1]]]
        )
        #expect(gone.status == 422, "an environment that is not named asks for none: \(gone)")
        for count in [2, 3] as [Int64] {
            let policy: JSONValue = ["environments": ["production": ["required": .integer(count)]]]
            try await world.api.must(.put, ApprovalWorld.policy, policy)
        }
        let kept = try await world.api.must(.get, ApprovalWorld.policy).json
        #expect(kept["environments"]?["production"]?["required"] == 3)
        #expect(kept["loweredReason"] == nil)
    }

    @Test func `what was read and is written again brings no reason along`() async throws {
        let world = try await ApprovalWorld()
        try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(1))
        var read = try await world.api.must(.get, ApprovalWorld.policy).json.object ?? [:]
        #expect(read["loweredReason"]?.string == ApprovalWorld.reason)
        #expect(read["reason"] == nil)
        read["environments"] = ["production": ["required": 0]]
        let refused = try await world.api.send(.put, ApprovalWorld.policy, .object(read))
        #expect(refused.status == 422, "\(refused)")
        read["environments"] = ["production": ["required": 2]]
        let raised = try await world.api.must(.put, ApprovalWorld.policy, .object(read))
        #expect(raised.json["loweredReason"] == nil)
    }

    @Test(arguments: [(9, 422), (10, 200), (1000, 200), (1001, 422)])
    func `a reason has 10 to 1000 characters`(length: Int, status: Int) async throws {
        let world = try await ApprovalWorld()
        var policy = Self.bare.object ?? [:]
        policy["reason"] = .string(String(repeating: "ß", count: length))
        let answer = try await world.api.send(.put, ApprovalWorld.policy, .object(policy))
        #expect(answer.status == status, "\(answer)")
        let query = "?reason=" + String(repeating: "a", count: length)
        let removal = try await world.api.send(.delete, ApprovalWorld.policy + query)
        #expect((removal.status < 300) == (status < 300), "\(removal)")
    }

    @Test func `a policy that asks for approvals is not removed without a reason`() async throws {
        let world = try await ApprovalWorld()
        let refused = try await world.api.send(.delete, ApprovalWorld.policy)
        #expect(refused.status == 400, "\(refused)")
        #expect(refused.code == "INVALID_PARAMETER")
        #expect(refused.text.contains("reason"))
        try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(0))
        try await world.api.must(.delete, ApprovalWorld.policy)
    }

    @Test func `a list has each request's last step, and a read the whole history`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let comment = String(repeating: "x", count: 1000)
        try await world.move(id, "reject", ["comment": .string(comment)], as: world.anna)
        let list = try await world.api.must(.get, ApprovalWorld.requests)
        let item = try #require(list.json["items"]?.array?.first)
        #expect(item["history"] == nil)
        #expect(item["historyCount"] == 3)
        #expect(item["lastStep"]?["step"] == "reject")
        #expect(item["lastStep"]?["comment"]?.string == comment)
        let whole = try await world.read(id)
        #expect(whole["history"]?.array?.count == 3)
        #expect(whole["lastStep"] == whole["history"]?.array?.last)
    }
}
