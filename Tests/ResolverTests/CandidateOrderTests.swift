import Model
import Resolver
import Testing

/// The order of API section 5, rule 4.
@Suite struct CandidateOrderTests {
    /// Two bindings, in the order written, and which of them wins in the workflow `checkout`.
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        var first: (workflows: [String]?, operations: [String]?, priority: Int?)
        var second: (workflows: [String]?, operations: [String]?, priority: Int?)
        var winner: String
        var testDescription: String { rule }
    }

    static let cases: [Case] = [
        Case(
            rule: "order written",
            first: (nil, nil, nil),
            second: (nil, nil, nil),
            winner: "conn_a"
        ),
        Case(rule: "priority", first: (nil, nil, 2), second: (nil, nil, 1), winner: "conn_b"),
        Case(rule: "negative", first: (nil, nil, 0), second: (nil, nil, -1), winner: "conn_b"),
        Case(
            rule: "absent is last",
            first: (["checkout"], nil, nil),
            second: (nil, nil, 1_000_000),
            winner: "conn_b"
        ),
        Case(
            rule: "priority before specificity",
            first: (nil, nil, 1),
            second: (["checkout"], nil, 2),
            winner: "conn_a"
        ),
        Case(
            rule: "exact before pattern",
            first: (["checkou*"], nil, nil),
            second: (["checkout"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "longer literal prefix",
            first: (["ch*ckout"], nil, nil),
            second: (["che*"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "the entry that matched",
            first: (["checkout-long-*", "c*"], nil, nil),
            second: (["ch*"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "the best entry that matched",
            first: (["*"], nil, nil),
            second: (["*", "check*"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "star before absent",
            first: (nil, nil, nil),
            second: (["*"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "workflows before operations",
            first: (["check*"], ["payments.stripe.createPaymentIntent"], nil),
            second: (["checkout"], nil, nil),
            winner: "conn_b"
        ),
        Case(
            rule: "operations decide a tie",
            first: (["checkout"], ["payments.*"], nil),
            second: (["checkout"], ["payments.stripe.*"], nil),
            winner: "conn_b"
        ),
        Case(
            rule: "absent operations come last",
            first: (["checkout"], nil, nil),
            second: (["checkout"], ["*"], nil),
            winner: "conn_b"
        ),
    ]

    @Test(arguments: cases)
    func `decides who wins`(_ item: Case) throws {
        var world = try World.seed()
        world.bindings = [
            World.binding(
                "conn_a",
                workflows: item.first.workflows,
                operations: item.first.operations,
                priority: item.first.priority
            ),
            World.binding(
                "conn_b",
                workflows: item.second.workflows,
                operations: item.second.operations,
                priority: item.second.priority
            ),
        ]
        let resolution = try world.explain()
        #expect(resolution.winner?.connectionID.text == item.winner)
        #expect(resolution.fallbacks.count == 1)
    }

    @Test func `dropped candidates keep the place that their priority gives them`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_b", priority: 2),
            World.binding("conn_a", workflows: ["refund"], priority: 1),
        ]
        #expect(
            try world.explain().summary == [
                "conn_a dropped WORKFLOW_NOT_IN_SCOPE", "conn_b winner",
            ]
        )
    }

    @Test func `paused, the first keeps its place and the next serves`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
        ]
        try world.move("conn_a", to: .paused)
        #expect(
            try world.explain().summary == [
                "conn_a unavailable CONNECTION_NOT_ACTIVE", "conn_b winner",
            ]
        )
    }

    @Test func `without a workflow the closest entry counts`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a"), World.binding("conn_b", workflows: ["x*", "refund"]),
        ]
        #expect(try world.explain(in: nil).winner?.connectionID.text == "conn_b")
    }
}
