import HTTPWire
import JSON
import Model
import Testing

@testable import API
@testable import Commands

/// Where the verdicts of the gates are told beside the answer of a publish: in a set's plan and
/// answer, and with the change request that they decided.
@Suite struct GateVisibilityTests {
    private static let tenant = ApprovalWorld.tenant

    private func verdicts(_ json: JSONValue?) -> [String: String] {
        let gates = json?["gates"]?.array ?? []
        return Dictionary(
            gates.compactMap { gate in
                guard let name = gate["gate"]?.string, let verdict = gate["verdict"]?.string else {
                    return nil
                }
                return (name, verdict)
            },
            uniquingKeysWith: { one, _ in one }
        )
    }

    // MARK: Sets

    private func set(_ environment: String, _ status: String, domain: String? = nil) -> JSONValue {
        var config = SampleObjects.config("conn").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1,
            "environment": .string(environment), "status": .string(status),
        ]
        if let domain { config["branding"] = ["customDomain": .string(domain)] }
        let connection = SampleObjects.connection("conn", environment: environment)
        return [
            "objects": [
                ["kind": "IntegrationConnection", "tenantId": "acme-corp", "object": connection],
                ["kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(config)],
            ]
        ]
    }

    private func config(_ answer: TestAnswer) -> JSONValue? {
        answer.json["changes"]?.array?.first { $0["kind"] == "TenantAppConfig" }
    }

    @Test(arguments: [
        ("production", "published"), ("sandbox", "published"), ("sandbox", "preview"),
    ])
    func `a set that takes a config live tells every gate, in its plan and in its answer`(
        _ environment: String,
        _ status: String
    ) async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        let set = set(environment, status)
        let plan = try await api.send(.post, "/v1/apply?dryRun=true", set)
        let done = try await api.send(.post, "/v1/apply", set)
        for (answer, isPlan) in [(plan, true), (done, false)] {
            #expect(answer.status == 200, "\(answer)")
            let told = verdicts(config(answer))
            #expect(Set(told.keys) == Set(StepGatesTests.gates), "\(answer)")
            #expect(!told.values.contains("failed"))
            let secrets = status == "preview" ? "notRequired" : isPlan ? "pending" : "passed"
            #expect(told["SECRETS"] == secrets, "\(answer)")
            #expect(told["VALIDATION"] == "passed")
        }
        // Of what is not there for a gate to judge nothing is told.
        let others = done.json["changes"]?.array?.filter { $0["kind"] != "TenantAppConfig" } ?? []
        #expect(others.count == 1 && others.allSatisfy { $0["gates"] == nil })
        let again = try await api.send(.post, "/v1/apply", set)
        #expect(config(again)?["action"] == "unchanged")
        #expect(config(again)?["gates"] == nil)
    }

    @Test func `a draft in a set passes no gates and tells none`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        let answer = try await api.send(.post, "/v1/apply", set("sandbox", "draft"))
        #expect(config(answer)?["action"] == "create", "\(answer)")
        #expect(config(answer)?["gates"] == nil)
    }

    @Test func `a domain that another has when the set is whole fails at its gate`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        let domain = "pay.example.com"
        let first = set("sandbox", "published", domain: domain)
        #expect(try await api.send(.post, "/v1/apply", first).status == 200)
        let text = first.serializedText.replacing("acme-corp", with: "beta")
        let taken = try await api.send(
            .post,
            "/v1/apply",
            try JSONValue(parsing: Array(text.utf8))
        )
        #expect(taken.code == "VALIDATION_FAILED", "\(taken)")
        #expect(verdicts(taken.json)["VALIDATION"] == "failed")
        #expect(verdicts(taken.json).count == StepGatesTests.gates.count)
    }

    // MARK: Change requests

    /// Takes the last approval away by revoking its key.
    private func revokeLast(_ id: String, _ world: ApprovalWorld) async throws {
        let approvals = try await world.read(id)["approvals"]?.array
        let key = try #require(approvals?.last?["actor"]?["id"]?.string)
        try await world.api.must(.delete, "\(Self.tenant)/keys/\(key)")
    }

    @Test(arguments: [true, false])
    func `a request whose approvals do not suffice any more is refused with every gate`(
        _ isConnectionPaused: Bool
    ) async throws {
        let world = try await ApprovalWorld()
        let id = try await world.approved(try await world.version("one"))
        try await revokeLast(id, world)
        let path = Self.tenant + "/connections/conn"
        if isConnectionPaused { try await world.api.must(.post, path + "/pause") }
        let refused = try await world.move(id, "apply", as: world.author)
        let told = verdicts(refused.json)
        #expect(Set(told.keys) == Set(StepGatesTests.gates), "\(refused)")
        let failed = Set(told.filter { $0.value == "failed" }.keys)
        if isConnectionPaused {
            // What is wrong with a config is told before who has to approve it.
            #expect(refused.code == "VALIDATION_FAILED")
            #expect(failed == ["CONNECTIONS", "APPROVALS"])
        } else {
            #expect(refused.code == "APPROVALS_MISSING" && refused.status == 409)
            #expect(failed == ["APPROVALS"])
        }
        #expect(try await world.status(id) == "Approved")
        #expect(try await world.published() == nil)
    }

    @Test(arguments: ["apply", "publish"])
    func `an applied request keeps what each gate said`(_ way: String) async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.approved(version)
        #expect(try await world.read(id)["gates"] == nil)
        let answer =
            way == "apply"
            ? try await world.move(id, "apply", as: world.author)
            : try await world.publish(version)
        #expect(answer.status == 200, "\(answer)")
        let kept = try await world.read(id)
        #expect(kept["status"] == "Applied")
        #expect(Set(verdicts(kept).keys) == Set(StepGatesTests.gates))
        #expect(kept["gates"] == answer.json["gates"], "\(kept)")
        let list = try await world.api.send(.get, ApprovalWorld.requests)
        #expect(list.json["items"]?.array?.first?["gates"] == nil, "a list leaves them out")
    }

    @Test
    func `a scheduled request that was refused keeps the gate that did, until it is submitted`()
        async throws
    {
        let world = try await ApprovalWorld()
        let id = try await world.approved(try await world.version("one"))
        let time: JSONValue = ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        #expect(try await world.move(id, "schedule", time, as: world.author).status == 200)
        try await world.api.must(.post, Self.tenant + "/connections/conn/pause")
        let later = Timestamp(milliseconds: WallClockTime.now) + .seconds(3601)
        await ReleaseScheduler(world.api.handler.services).publishDue { later }
        let refused = try await world.read(id)
        #expect(refused["status"] == "Approved")
        #expect(verdicts(refused)["CONNECTIONS"] == "failed", "\(refused)")
        #expect(verdicts(refused)["APPROVALS"] == "passed")
        try await world.api.must(.post, Self.tenant + "/connections/conn/resume")
        let other = try await world.approved(try await world.version("two"))
        #expect(try await world.move(other, "apply", as: world.author).status == 200)
        #expect(try await world.move(id, "submit", as: world.author).status == 200)
        #expect(try await world.read(id)["gates"] == nil)
    }

    @Test func `what a request keeps of verdicts is bounded`() throws {
        let long = String(repeating: "x", count: 5000)
        let verdicts: JSONValue = [
            [
                "gate": "VALIDATION", "verdict": "failed", "reason": .string(long),
                "issues": [
                    ["code": "A", "pointer": .string("/" + long)], ["code": "B", "pointer": "/b"],
                ],
                "issueCount": 2,
            ]
        ]
        let kept = try #require(GateVerdict.kept(verdicts)?.array?.first)
        #expect(kept["reason"]?.string?.count == GateVerdict.keptReasonLengthMax)
        #expect(kept["issues"] == [["code": "B", "pointer": "/b"]])
        #expect(kept["issueCount"] == 2)
        #expect(GateVerdict.kept(nil) == nil && GateVerdict.kept("none") == nil)
    }
}
