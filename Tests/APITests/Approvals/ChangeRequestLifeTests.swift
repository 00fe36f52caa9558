import HTTPWire
import JSON
import Model
import Testing

@testable import API

/// The life of a change request: what each state lets it do, and what it does not.
@Suite struct ChangeRequestLifeTests {
    /// The steps that a client may ask for, with where each may begin.
    private static let steps: [(name: String, sources: Set<String>)] = [
        ("submit", ["Draft", "Rejected"]), ("approve", ["InReview", "Approved", "Scheduled"]),
        ("reject", ["InReview", "Approved", "Scheduled"]),
        ("schedule", ["Approved", "Scheduled"]), ("apply", ["Approved", "Scheduled"]),
        ("cancel", ["Draft", "InReview", "Approved", "Rejected", "Scheduled"]),
    ]

    private func body(_ step: String) -> JSONValue {
        switch step {
        case "reject": ["comment": "no"]
        case "schedule": ["publishAt": .string(Self.time(in: 3600))]
        default: [:]
        }
    }

    static func time(in seconds: Int64) -> String {
        (Timestamp(milliseconds: WallClockTime.now) + .seconds(seconds)).text
    }

    /// A request in the state.
    private func request(in status: String, _ world: ApprovalWorld) async throws -> String {
        let version = try await world.version("\(status) \(Int.random(in: 0..<1_000_000_000))")
        switch status {
        case "Draft": return try await world.drafted(version)
        case "InReview": return try await world.submitted(version)
        default: break
        }
        let id = try await world.approved(version)
        let step = ["Rejected": "reject", "Scheduled": "schedule", "Applied": "apply"]
        let name = status == "Cancelled" ? "cancel" : step[status]
        if let name {
            let answer = try await world.move(id, name, body(name), as: world.author)
            #expect(answer.status == 200, "\(answer)")
        }
        return id
    }

    @Test(arguments: ChangeRequest.Status.allCases)
    func `each state has the steps of the table, and no others`(
        _ status: ChangeRequest.Status
    ) async throws {
        for step in Self.steps {
            let world = try await ApprovalWorld()
            let id = try await request(in: status.rawValue, world)
            // Whose approval is not there yet, so that a yes is one.
            let carl = try await world.api.key("tenant-admin")
            #expect(try await world.status(id) == status.rawValue)
            let answer = try await world.move(id, step.name, body(step.name), as: carl)
            if step.sources.contains(status.rawValue) {
                #expect(answer.status == 200, "\(step.name): \(answer)")
            } else {
                #expect(answer.status == 409, "\(step.name): \(answer)")
                #expect(answer.code == "INVALID_TRANSITION")
                #expect(try await world.status(id) == status.rawValue)
            }
        }
    }

    @Test func `a rejection says why, and what was rejected can be submitted again`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let mute = try await world.move(id, "reject", as: world.anna)
        #expect(mute.status == 422)
        #expect(mute.code == "MISSING_FIELD")
        let answer = try await world.move(id, "reject", ["comment": "too wide"], as: world.anna)
        #expect(answer.json["status"] == "Rejected")
        #expect(try await world.move(id, "submit", as: world.author).status == 200)
        #expect(try await world.read(id)["approvals"] == [])
    }

    @Test func `a request is over when its version is gone`() async throws {
        let world = try await ApprovalWorld()
        let draft = try await world.version("one", isDraft: true)
        let first = try await world.approved(draft)
        let target = "\(ApprovalWorld.line)/versions"
        #expect(try await world.api.send(.delete, "\(target)/\(draft)").status == 204)
        #expect(try await world.status(first) == "Cancelled")
        let preview = try await world.version("two")
        let second = try await world.approved(preview)
        try await world.api.must(.post, "\(target)/\(preview)/archive")
        #expect(try await world.status(second) == "Cancelled")
        #expect(try await world.create(preview).code == "INVALID_TRANSITION")
    }

    @Test func `a version has one open request`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.drafted(version)
        let second = try await world.create(version)
        #expect(second.status == 409)
        #expect(second.code == "CHANGE_REQUEST_EXISTS")
        #expect(second.json["changeRequest"]?.string == id)
        #expect(try await world.move(id, "cancel", as: world.author).status == 200)
        #expect(try await world.create(version).status == 201)
    }

    @Test func `another tenant's request is one that does not exist`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let stranger = try await world.api.key("tenant-admin", tenant: "globex")
        for (method, path) in [
            (HTTPMethod.get, id), (.post, id + "/approve"), (.post, id + "/apply"),
        ] {
            let isYes = path.hasSuffix("/approve")
            let body: JSONValue = isYes ? ["contentDigest": "sha256:00"] : [:]
            let own = "/v1/tenants/globex/change-requests/\(path)"
            for target in ["\(ApprovalWorld.requests)/\(path)", own] {
                let answer =
                    method == .get
                    ? try await world.api.send(method, target, key: stranger)
                    : try await world.api.send(method, target, body, key: stranger)
                #expect(answer.status == 404, "\(answer)")
            }
        }
        let list = try await world.api.send(
            .get,
            "/v1/tenants/globex/change-requests",
            key: stranger
        )
        #expect(list.json["items"] == [])
    }

    @Test func `who may not act in the environment may not move its requests`() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.submitted(try await world.version("one"))
        let key = try await world.api.key("tenant-admin", environments: ["sandbox"])
        let answer = try await world.move(id, "approve", as: key)
        #expect(answer.status == 403)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let policy = ApprovalWorld.asking(0)
        let lowered = try await world.api.send(.put, ApprovalWorld.policy, policy, key: key)
        #expect(lowered.status == 403)
        #expect(
            try await world.api.send(.get, ApprovalWorld.requests, key: key).json["items"] == []
        )
    }

    @Test func `lists filter, and go on behind a cursor`() async throws {
        let world = try await ApprovalWorld()
        var ids: Set<String> = []
        for number in 0..<3 {
            let version = try await world.version("v\(number)", isDraft: true)
            ids.insert(try await world.drafted(version))
        }
        var found: Set<String> = []
        var cursor = ""
        repeat {
            let target = "\(ApprovalWorld.requests)?limit=2\(cursor)"
            let page = try await world.api.send(.get, target).json
            found.formUnion((page["items"]?.array ?? []).compactMap { $0["id"]?.string })
            cursor = page["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty
        #expect(found == ids)
        let filtered = try await world.api.send(
            .get,
            "\(ApprovalWorld.requests)?status=Draft&version=2&environment=production"
        )
        #expect(filtered.json["items"]?.array?.count == 1)
        let wrong = try await world.api.send(.get, "\(ApprovalWorld.requests)?status=open")
        #expect(wrong.status == 400)
    }

    @Test func `limits hold, and one more is refused`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let title = String(repeating: "t", count: ChangeRequest.titleByteCountMax)
        #expect(try await world.create(version, title: title + "t").code == "LIMIT_EXCEEDED")
        #expect(try await world.create(version, title: "").code == "INVALID_VALUE")
        let made = try await world.create(version, title: title)
        #expect(made.status == 201)
        let id = try #require(made.json["id"]?.string)
        let comment = String(repeating: "c", count: ChangeRequest.commentByteCountMax)
        let long: JSONValue = ["comment": .string(comment + "c")]
        #expect(try await world.move(id, "submit", long, as: world.author).status == 422)
        let good: JSONValue = ["comment": .string(comment)]
        #expect(try await world.move(id, "submit", good, as: world.author).status == 200)
        for (required, status) in [(Int64(10), 200), (11, 422), (-1, 422), (0, 200)] {
            let policy = ApprovalWorld.asking(required)
            let answer = try await world.api.send(.put, ApprovalWorld.policy, policy)
            #expect(answer.status == status, "\(required): \(answer)")
        }
        let unknown: JSONValue = ["environments": ["moon": ["required": 1]]]
        let answer = try await world.api.send(.put, ApprovalWorld.policy, unknown)
        #expect(answer.code == "UNKNOWN_ENVIRONMENT")
    }

    @Test func `so many requests are open, and no more`() async throws {
        let world = try await ApprovalWorld(required: 0)
        for number in 0..<ChangeRequest.openCountMax {
            _ = try await world.drafted(try await world.version("v\(number)", isDraft: true))
        }
        let last = try await world.version("last", isDraft: true)
        let refused = try await world.create(last)
        #expect(refused.status == 409)
        #expect(refused.code == "TOO_MANY_CHANGE_REQUESTS")
        let list = try await world.api.send(.get, "\(ApprovalWorld.requests)?version=1")
        let first = try #require(list.json["items"]?.array?.first?["id"]?.string)
        #expect(try await world.move(first, "cancel", as: world.author).status == 200)
        #expect(try await world.create(last).status == 201)
    }

    @Test func `of those that are over the oldest makes room`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one", isDraft: true)
        var ids: [String] = []
        for _ in 0...ChangeRequest.countMax {
            let id = try await world.drafted(version)
            ids.append(id)
            #expect(try await world.move(id, "cancel", as: world.author).status == 200)
        }
        let first = try await world.api.send(.get, "\(ApprovalWorld.requests)/\(ids[0])")
        #expect(first.status == 404)
        #expect(try await world.status(ids[1]) == "Cancelled")
    }
}
