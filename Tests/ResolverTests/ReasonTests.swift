import JSON
import Model
import Policy
import Resolver
import Testing

/// Each reason of API section 5, rule 3, and the world next door without it.
@Suite struct ReasonTests {
    /// A change of the seed's world, in which `conn_a` is bound, that gives it this reason.
    struct Case: Sendable, CustomTestStringConvertible {
        let reason: String
        let outcome: String
        let change: @Sendable (inout World) throws -> Void
        var testDescription: String { reason }
    }

    static let cases: [Case] = [
        Case(reason: "CONNECTION_NOT_FOUND", outcome: "dropped") {
            $0.bindings = [World.binding("conn_nowhere")]
        },
        Case(reason: "ENVIRONMENT_MISMATCH", outcome: "dropped") {
            try $0.add(connection: World.connection("conn_a", environment: "staging"))
        },
        Case(reason: "CONNECTION_NOT_ACTIVE", outcome: "dropped") {
            try $0.move("conn_a", to: .revoked)
        },
        Case(reason: "CONNECTION_NOT_ACTIVE", outcome: "unavailable") {
            try $0.move("conn_a", to: .paused)
        },
        Case(reason: "CONNECTION_NOT_ACTIVE", outcome: "unavailable") {
            try $0.move("conn_a", to: .draft)
        },
        Case(reason: "CONNECTION_UNHEALTHY", outcome: "unavailable") {
            try $0.set("conn_a", health: World.health(.unhealthy))
        },
        Case(reason: "SPEC_NOT_FOUND", outcome: "dropped") {
            try $0.add(connection: World.connection("conn_a", version: "1.0.0"))
        },
        Case(reason: "CATEGORY_MISMATCH", outcome: "dropped") {
            try $0.add(spec: World.spec(category: "email"))
        },
        Case(reason: "MODE_NOT_SUPPORTED", outcome: "dropped") {
            try $0.add(spec: World.spec(more: ["supportedModes": ["managed"]]))
        },
        Case(reason: "MODE_NOT_ALLOWED", outcome: "dropped") {
            $0.slots = [World.slot(modes: ["managed"])]
        },
        Case(reason: "CAPABILITY_NOT_PROVIDED", outcome: "dropped") {
            $0.slots = [World.slot(version: 2)]
        },
        Case(reason: "WORKFLOW_NOT_IN_SCOPE", outcome: "dropped") {
            $0.bindings = [World.binding("conn_a", workflows: ["refund"])]
        },
        Case(reason: "OPERATION_NOT_IN_SCOPE", outcome: "dropped") {
            $0.bindings = [World.binding("conn_a", operations: ["payments.stripe.createRefund"])]
        },
        Case(reason: "FORBIDDEN_BY_POLICY", outcome: "dropped") {
            $0.tenantRules = [try World.rule("no", "forbid", ["workflows": ["check*"]])]
        },
        Case(reason: "NOT_PERMITTED_BY_POLICY", outcome: "dropped") {
            $0.platformRules = [try World.rule("gate", "permit", ["workflows": ["refund"]])]
        },
    ]

    @Test(arguments: cases)
    func `is told, alone`(_ item: Case) throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a")]
        #expect(try world.explain().summary == ["conn_a winner"])
        try item.change(&world)
        let resolution = try world.explain()
        let candidate = try #require(resolution.candidates.first)
        #expect(candidate.outcome.rawValue == item.outcome)
        #expect(candidate.reasons.map(\.rawValue) == [item.reason])
        #expect(resolution.isAllowed == (item.outcome == "unavailable"))
        #expect(resolution.winner == nil)
    }

    @Test func `every word of the API is a reason`() {
        #expect(
            Set(Self.cases.map(\.reason)).union(["CIRCUIT_OPEN"])
                == Set(Reason.allCases.map(\.rawValue))
        )
    }

    @Test func `an open breaker makes unavailable`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
        ]
        let resolution = try world.explain(open: ["conn_a"])
        #expect(resolution.summary == ["conn_a unavailable CIRCUIT_OPEN", "conn_b winner"])
        #expect(resolution.passedOver.map(\.connectionID.text) == ["conn_a"])
        let both = try world.explain(open: ["conn_a", "conn_b"])
        #expect(both.isAllowed)
        #expect(both.winner == nil)
        #expect(both.passedOver.count == 2)
    }

    @Test func `an unavailable one behind the winner is not passed over and no fallback`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
        ]
        try world.move("conn_b", to: .paused)
        let resolution = try world.explain()
        #expect(
            resolution.summary == ["conn_a winner", "conn_b unavailable CONNECTION_NOT_ACTIVE"]
        )
        #expect(resolution.passedOver.isEmpty)
        #expect(resolution.fallbacks.isEmpty)
    }

    @Test func `all reasons are told, in the order of rule 3`() throws {
        var world = try World.seed()
        try world.add(
            spec: World.spec(category: "email", more: ["supportedModes": ["managed"]])
        )
        let connection = World.connection("conn_a", environment: "staging", status: "paused")
        try world.add(connection: connection, health: World.health(.unhealthy))
        world.slots = [World.slot(modes: ["managed"])]
        world.bindings = [World.binding("conn_a", workflows: ["refund"], operations: ["x"])]
        world.tenantRules = [
            try World.rule("no", "forbid"),
            try World.rule("gate", "permit", ["workflows": ["refund"]]),
        ]
        let resolution = try world.explain(open: ["conn_a"])
        #expect(
            resolution.candidates.first?.reasons.map(\.rawValue) == [
                "ENVIRONMENT_MISMATCH", "CONNECTION_NOT_ACTIVE", "CONNECTION_UNHEALTHY",
                "CATEGORY_MISMATCH", "MODE_NOT_SUPPORTED", "MODE_NOT_ALLOWED",
                "WORKFLOW_NOT_IN_SCOPE", "OPERATION_NOT_IN_SCOPE", "FORBIDDEN_BY_POLICY",
                "NOT_PERMITTED_BY_POLICY", "CIRCUIT_OPEN",
            ]
        )
        #expect(resolution.policies.map(\.text) == ["no"])
    }

    @Test func `a missing connection still tells its scope`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_x", workflows: ["refund"], operations: [])]
        #expect(
            try world.explain().summary == [
                "conn_x dropped CONNECTION_NOT_FOUND WORKFLOW_NOT_IN_SCOPE OPERATION_NOT_IN_SCOPE"
            ]
        )
    }

    @Test func `empty allowed modes allow every mode`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a")]
        for modes: JSONValue? in [[], nil] {
            world.slots = [World.slot(modes: modes)]
            #expect(try world.explain().summary == ["conn_a winner"])
        }
    }

    @Test func `a degraded or unknown connection still serves`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a")]
        for status in [ConnectionHealth.Status.degraded, .unknown] {
            try world.set("conn_a", health: World.health(status))
            #expect(try world.explain().summary == ["conn_a winner"])
        }
    }

    @Test func `an empty list admits nobody, asked without a workflow too`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a", workflows: [])]
        for workflow in ["checkout", nil] {
            let resolution = try world.explain(in: workflow)
            #expect(resolution.summary == ["conn_a dropped WORKFLOW_NOT_IN_SCOPE"])
        }
        world.bindings = [World.binding("conn_a", operations: [])]
        #expect(try world.explain(in: nil).summary == ["conn_a dropped OPERATION_NOT_IN_SCOPE"])
    }

    @Test func `without a workflow every scope with entries admits`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a", workflows: ["refund", "x-*"])]
        #expect(try world.explain(in: nil).summary == ["conn_a winner"])
    }

    @Test func `without a workflow neither rules that list workflows nor gates count`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a")]
        world.platformRules = [
            try World.rule("gate", "permit", ["workflows": ["refund"]]),
            try World.rule("agents", "forbid", ["workflows": ["agent-*"]]),
        ]
        #expect(try world.explain(in: nil).summary == ["conn_a winner"])
        #expect(try world.explain(in: nil).policies.isEmpty)
        world.tenantRules = [try World.rule("all", "forbid", ["connections": ["conn_*"]])]
        #expect(try world.explain(in: nil).summary == ["conn_a dropped FORBIDDEN_BY_POLICY"])
    }

    @Test func `policies lists the forbids that matched and the permits that admitted`() throws {
        var world = try World.seed()
        world.bindings = [World.binding("conn_a"), World.binding("conn_b")]
        world.platformRules = [try World.rule("open", "permit", ["workflows": ["check*"]])]
        world.tenantRules = [
            try World.rule("a", "forbid", ["connections": ["conn_a"]]),
            try World.rule("other", "permit", ["connections": ["conn_z"]]),
        ]
        let resolution = try world.explain()
        #expect(resolution.summary == ["conn_a dropped FORBIDDEN_BY_POLICY", "conn_b winner"])
        #expect(resolution.policies.map(\.text) == ["a", "open"])
    }
}
