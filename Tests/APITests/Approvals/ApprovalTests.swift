import HTTPWire
import JSON
import Testing

@testable import API

/// A config goes live when others than its author have said yes to it, and not before.
@Suite struct ApprovalTests {
    @Test func `two others approve, and the version goes live with every step told`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.submitted(version)
        #expect(try await world.status(id) == "InReview")
        let early = try await world.move(id, "apply", as: world.author)
        #expect(early.code == "INVALID_TRANSITION")
        let first = try await world.move(id, "approve", ["comment": "fine"], as: world.anna)
        #expect(first.json["status"] == "InReview")
        #expect(first.json["countedApprovals"] == 1)
        #expect(try await world.move(id, "approve", as: world.ben).json["status"] == "Approved")

        let rehearsed = try await world.api.send(
            .post,
            "\(ApprovalWorld.requests)/\(id)/apply?dryRun=true",
            [:],
            key: world.author
        )
        #expect(rehearsed.json["gates"]?.array?.last?["verdict"] == "passed", "\(rehearsed)")
        #expect(try await world.published() == nil)

        let applied = try await world.move(id, "apply", as: world.author)
        #expect(applied.status == 200, "\(applied)")
        #expect(applied.json["status"] == "Applied")
        #expect(applied.json["publishedVersion"] == .integer(version))
        let gates = applied.json["gates"]?.array ?? []
        #expect(gates.map { $0["gate"]?.string } == StepGatesTests.gates)
        #expect(gates.last?["changeRequest"]?.string == id)
        #expect(try await world.published() == version)

        let steps = try await world.read(id)["history"]?.array ?? []
        #expect(steps.map { $0["to"] } == ["Draft", "InReview", "InReview", "Approved", "Applied"])
        #expect(steps[2]["comment"] == "fine")
        #expect(steps[2]["actor"]?["type"] == "key")
        let audited = try await world.api.audited(after: 0).records
        #expect(audited.suffix(2) == ["change changeRequest.apply", "change config.publish"])
    }

    @Test func `its author can't approve it, nor who submitted it, nor a key that the author made`()
        async throws
    {
        let world = try await ApprovalWorld()
        let id = try await world.drafted(try await world.version("one"))
        // Anna submits what the author made.
        #expect(try await world.move(id, "submit", as: world.anna).status == 200)
        let made = try await world.api.send(
            .post,
            ApprovalWorld.tenant + "/keys",
            ["roles": ["tenant-admin"], "environments": ["*"], "principal": "somebody"],
            key: world.author
        )
        let minted = try #require(made.json["key"]?.string)
        for key in [world.author, world.anna, minted] {
            let answer = try await world.move(id, "approve", as: key)
            #expect(answer.status == 403, "\(answer)")
            #expect(answer.code == "SELF_APPROVAL")
        }
        #expect(try await world.move(id, "approve", as: world.ben).status == 200)
        // Ben's yes, and the yes of a key that Ben made, are one.
        let second = try await world.api.send(
            .post,
            ApprovalWorld.tenant + "/keys",
            ["roles": ["tenant-admin"], "environments": ["*"]],
            key: world.ben
        )
        let twin = try #require(second.json["key"]?.string)
        for key in [world.ben, twin] {
            let answer = try await world.move(id, "approve", as: key)
            #expect(answer.status == 409)
            #expect(answer.code == "ALREADY_APPROVED")
        }
        #expect(try await world.status(id) == "InReview")
    }

    @Test func `a draft that changes is a draft of a request again, without approvals`()
        async throws
    {
        let world = try await ApprovalWorld()
        let version = try await world.version("one", isDraft: true)
        let id = try await world.approved(version)
        let target = "\(ApprovalWorld.line)/versions/\(version)"
        let same = try await world.api.send(.put, target, ApprovalWorld.config("one"))
        #expect(same.status == 200)
        #expect(try await world.status(id) == "Approved", "what says the same resets nothing")
        let changed = try await world.api.send(.put, target, ApprovalWorld.config("two"))
        #expect(changed.status == 200)
        let request = try await world.read(id)
        #expect(request["status"] == "Draft")
        #expect(request["approvals"] == [])
        #expect(request["history"]?.array?.last?["comment"] == "the draft was changed")
        #expect(try await world.publish(version).code == "PREVIEW_REQUIRED")
        try await world.api.must(.post, target + "/preview")
        #expect(try await world.publish(version).code == "APPROVAL_REQUIRED")
    }

    @Test func `when the base moves, a request is in conflict until it is submitted anew`()
        async throws
    {
        let world = try await ApprovalWorld()
        let (one, two) = (try await world.version("one"), try await world.version("two"))
        let first = try await world.approved(one)
        let second = try await world.approved(two)
        #expect(try await world.move(first, "apply", as: world.author).status == 200)
        #expect(try await world.read(second)["conflict"] == true)
        let refused = try await world.move(second, "apply", as: world.author)
        #expect(refused.status == 409)
        #expect(refused.code == "CHANGE_REQUEST_CONFLICT")
        #expect(try await world.publish(two).code == "APPROVAL_REQUIRED")
        let late = try await world.move(
            second,
            "schedule",
            ["publishAt": "2026-12-24T12:00:00Z"],
            as: world.author
        )
        #expect(late.code == "CHANGE_REQUEST_CONFLICT" || late.status == 422)

        #expect(try await world.move(second, "submit", as: world.author).status == 200)
        let anew = try await world.read(second)
        #expect(anew["conflict"] == false)
        #expect(anew["baseVersion"] == .integer(one))
        #expect(anew["approvals"] == [])
        for key in [world.anna, world.ben] {
            #expect(try await world.move(second, "approve", as: key).status == 200)
        }
        #expect(try await world.move(second, "apply", as: world.author).status == 200)
        #expect(try await world.published() == two)
    }

    @Test func `a key that is revoked takes its approval with it`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.approved(try await world.version("one"))
        let approvals = try await world.read(id)["approvals"]?.array
        let key = try #require(approvals?.last?["actor"]?["id"]?.string)
        let target = "\(ApprovalWorld.tenant)/keys/\(key)"
        #expect(try await world.api.send(.delete, target).status < 300)
        #expect(try await world.read(id)["countedApprovals"] == 1)
        let refused = try await world.move(id, "apply", as: world.author)
        #expect(refused.code == "APPROVALS_MISSING", "\(refused)")
        #expect(refused.json["gates"]?.array?.last?["approvals"] == 1)
        // Another one may take its place.
        let carl = try await world.api.key("tenant-admin")
        #expect(try await world.move(id, "approve", as: carl).status == 200)
        #expect(try await world.move(id, "apply", as: world.author).status == 200)
    }

    @Test func `of two that apply at once one does, and the version is published once`()
        async throws
    {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.approved(version)
        let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
            for key in [world.author, world.anna, world.ben, world.author] {
                group.addTask { try await world.move(id, "apply", as: key) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.count { $0.code == "INVALID_TRANSITION" } == 3, "\(answers)")
        let history = try await world.api.send(.get, ApprovalWorld.line + "/history")
        let published = history.json["items"]?.array?.filter { $0["to"] == "published" }
        #expect(published?.count == 1)
    }

    @Test func `approvals that race count each once`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
            for key in [world.anna, world.anna, world.anna] {
                group.addTask { try await world.move(id, "approve", as: key) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(try await world.status(id) == "InReview")
    }

    @Test func `a policy that asks for less applies nothing by itself`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.submitted(version)
        #expect(try await world.move(id, "approve", as: world.anna).status == 200)
        try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(1))
        #expect(try await world.status(id) == "InReview")
        #expect(try await world.published() == nil)
        // Who has said yes says so again: now it is enough.
        #expect(try await world.move(id, "approve", as: world.anna).json["status"] == "Approved")
        // And one that asks for more asks those that are approved, too.
        try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(3))
        let refused = try await world.move(id, "apply", as: world.author)
        #expect(refused.code == "APPROVALS_MISSING")
        #expect(try await world.publish(version).code == "APPROVAL_REQUIRED")
        try await world.api.must(.delete, ApprovalWorld.deletion)
        let free = try await world.publish(version)
        #expect(free.status == 200)
        #expect(free.json["gates"]?.array?.last?["verdict"] == "notRequired")
        #expect(try await world.status(id) == "Applied")
    }
}
