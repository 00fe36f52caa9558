import JSON
import Model
import Policy
import Testing

@Suite struct PolicySetTests {
    static func rule(
        _ id: String,
        _ effect: String = "forbid",
        _ match: JSONValue = [:],
        enabled: Bool = true
    ) throws -> PolicyRule {
        try PolicyRule(
            [
                "id": .string(id), "effect": .string(effect), "match": match,
                "enabled": .bool(enabled),
            ],
            id: nil
        )
    }

    static func call() throws -> PolicyCall {
        PolicyCall(
            offer: PolicyOffer(
                operation: try #require(OperationID("payments.stripe.createRefund")),
                integration: try #require(IntegrationKey("payments.stripe")),
                category: try #require(CategoryName("payments")),
                slot: try #require(SlotID("payments.primary")),
                environment: try #require(EnvironmentName("production"))
            ),
            connection: try #require(ConnectionID("conn_a")),
            mode: .byok
        )
    }

    static func judge(
        platform: [PolicyRule] = [],
        tenant: [PolicyRule] = [],
        workflow: String? = "checkout"
    ) throws -> PolicyVerdict {
        PolicySet(platform: platform, tenant: tenant)
            .judge(try call(), workflow: workflow.flatMap { WorkflowName($0) })
    }

    @Test func `without rules everything is allowed`() throws {
        #expect(try Self.judge() == .silent)
        #expect(PolicyVerdict.silent.isAllowed)
    }

    /// Each list of a rule with an entry that matches the call and one that does not.
    static let lists: [(list: String, hit: JSONValue, miss: JSONValue)] = [
        ("workflows", "check*", "refund*"),
        ("operations", "*.createRefund", "*.createPaymentIntent"),
        ("integrations", "payments.*", "email.*"),
        ("categories", "payments", "email"),
        ("connections", "conn_*", "conn_b"),
        ("slots", "payments.primary", "payments.second*"),
        ("environments", "production", "sandbox"),
        ("ownershipModes", "byok", "managed"),
    ]

    @Test(arguments: lists)
    func `a list decides`(_ item: (list: String, hit: JSONValue, miss: JSONValue)) throws {
        func match(_ entries: [JSONValue]) throws -> Bool {
            let match = JSONValue.object([item.list: .array(entries)])
            return !(try Self.judge(tenant: [Self.rule("r", "forbid", match)]).isAllowed)
        }
        #expect(try match([item.hit]))
        #expect(try match([item.miss, item.hit]))
        #expect(try !match([item.miss]))
        #expect(try match([]))
    }

    @Test(arguments: lists.filter { ["categories", "environments"].contains($0.list) })
    func `exact lists take no patterns`(
        _ item: (list: String, hit: JSONValue, miss: JSONValue)
    ) throws {
        let match = JSONValue.object([item.list: ["p*"]])
        #expect(throws: InvalidDocument.self) { try Self.rule("r", "forbid", match) }
    }

    @Test func `the integration is matched without its version`() throws {
        let rule = try Self.rule("r", "forbid", ["integrations": ["payments.stripe"]])
        #expect(try Self.judge(tenant: [rule]).forbids.map(\.text) == ["r"])
    }

    @Test func `a disabled rule does not count`() throws {
        let forbid = try Self.rule("f", "forbid", enabled: false)
        let permit = try Self.rule("p", "permit", ["workflows": ["refund"]], enabled: false)
        #expect(try Self.judge(platform: [forbid, permit], tenant: [forbid, permit]) == .silent)
    }

    @Test func `a forbid wins over every permit`() throws {
        let verdict = try Self.judge(
            platform: [Self.rule("p", "permit")],
            tenant: [Self.rule("f", "forbid"), Self.rule("q", "permit")]
        )
        #expect(!verdict.isAllowed)
        #expect(!verdict.isGateFailed)
        #expect(verdict.forbids.map(\.text) == ["f"])
        #expect(verdict.permits.map(\.text) == ["p", "q"])
    }

    @Test func `a permit that matches the resource needs one that admits the workflow`() throws {
        let closed = try Self.rule("closed", "permit", ["workflows": ["refund"]])
        let open = try Self.rule("open", "permit", ["workflows": ["check*"]])
        let elsewhere = try Self.rule(
            "elsewhere",
            "permit",
            ["workflows": ["refund"], "connections": ["conn_b"]]
        )
        #expect(try Self.judge(tenant: [closed]).isGateFailed)
        #expect(try Self.judge(tenant: [closed, open]).isAllowed)
        #expect(try Self.judge(tenant: [closed, open]).permits.map(\.text) == ["open"])
        #expect(try Self.judge(tenant: [elsewhere]) == .silent)
    }

    @Test func `each level's gate is its own`() throws {
        let closed = try Self.rule("closed", "permit", ["workflows": ["refund"]])
        let open = try Self.rule("open", "permit", ["workflows": ["checkout"]])
        #expect(try Self.judge(platform: [closed], tenant: [open]).isGateFailed)
        #expect(try Self.judge(platform: [open], tenant: [closed]).isGateFailed)
        #expect(try Self.judge(platform: [open], tenant: [open]).isAllowed)
        #expect(try Self.judge(platform: [open], tenant: []).isAllowed)
    }

    @Test func `without a workflow neither rules that list workflows nor gates count`() throws {
        let gate = try Self.rule("gate", "permit", ["workflows": ["refund"]])
        let some = try Self.rule("some", "forbid", ["workflows": ["*"]])
        let all = try Self.rule("all", "forbid")
        #expect(try Self.judge(tenant: [gate, some], workflow: nil) == .silent)
        let verdict = try Self.judge(tenant: [gate, some, all], workflow: nil)
        #expect(verdict.forbids.map(\.text) == ["all"])
        #expect(!verdict.isGateFailed)
    }

    @Test func `rules are told in their order, the platform's first`() throws {
        let verdict = try Self.judge(
            platform: [Self.rule("z"), Self.rule("y")],
            tenant: [Self.rule("b"), Self.rule("a")]
        )
        #expect(verdict.forbids.map(\.text) == ["z", "y", "b", "a"])
    }

    @Test func `narrowing leaves nothing out`() throws {
        let set = PolicySet(
            platform: [try Self.rule("a", "forbid", ["connections": ["conn_a"]])],
            tenant: [try Self.rule("b", "forbid", ["slots": ["other"]])]
        )
        let call = try Self.call()
        let narrowed = set.narrowed(to: call.offer)
        let workflow = WorkflowName("checkout")
        #expect(!narrowed.isEmpty)
        #expect(
            narrowed.judge(connection: call.connection, mode: call.mode, workflow: workflow)
                == set.judge(call, workflow: workflow)
        )
        let other = try #require(ConnectionID("conn_b"))
        #expect(narrowed.judge(connection: other, mode: .byok, workflow: workflow) == .silent)
        #expect(!narrowed.judgesAlike(call.connection, .byok, as: narrowed, other, .byok))
        #expect(narrowed.judgesAlike(other, .byok, as: .none, other, .byok))
    }
}
