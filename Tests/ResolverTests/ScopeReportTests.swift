import JSON
import Model
import Resolver
import Testing

/// Ambiguity, shadows and wildcards: what a report says of scopes.
@Suite struct ScopeReportTests {
    typealias Parts = (workflows: [String]?, operations: [String]?, priority: Int?)

    private static func codes(_ first: Parts, _ second: Parts) throws -> Set<String> {
        var world = try World.seed()
        world.bindings = zip(["conn_a", "conn_b"], [first, second])
            .map { id, parts in
                World.binding(
                    id,
                    workflows: parts.workflows,
                    operations: parts.operations,
                    priority: parts.priority
                )
            }
        return try world.report().warningCodes
    }

    static let ambiguous: [(Parts, Parts)] = [
        ((nil, nil, nil), (nil, nil, nil)),
        ((["checkout"], nil, 1), (["refund", "checkout"], nil, 1)),
        ((["sub-*"], nil, nil), (["sub-*"], nil, nil)),
        ((["sub-*-x"], nil, nil), (["sub-*"], nil, nil)),
        ((["*-x"], nil, nil), (["*-y-x"], nil, nil)),
        ((["*"], nil, nil), (["*a*"], nil, nil)),
        ((["check*", "checkout"], nil, nil), (["check*"], nil, nil)),
        ((nil, ["payments.stripe.*"], nil), (nil, ["payments.stripe.*"], nil)),
        (
            (nil, ["payments.stripe.createRefund"], nil),
            (nil, ["*.createRefund", "payments.stripe.createRefund"], nil)
        ),
    ]

    @Test(arguments: ambiguous)
    func `is ambiguous`(_ first: Parts, _ second: Parts) throws {
        #expect(try Self.codes(first, second).contains("AMBIGUOUS_BINDING"))
    }

    static let separate: [(Parts, Parts)] = [
        ((["checkout"], nil, 1), (["checkout"], nil, 2)),
        ((["checkout"], nil, 1), (["checkout"], nil, nil)),
        ((["checkout"], nil, nil), (["check*"], nil, nil)),
        ((["checkout"], nil, nil), (nil, nil, nil)),
        ((["*"], nil, nil), (nil, nil, nil)),
        ((["checkout"], nil, nil), (["refund"], nil, nil)),
        ((["sub-*-x"], nil, nil), (["sub-*-y"], nil, nil)),
        ((["sub-*"], nil, nil), (["subs*"], nil, nil)),
        ((["sub*"], nil, nil), (["subs*"], nil, nil)),
        ((["checkout"], [], nil), (["checkout"], nil, nil)),
        (([], nil, nil), (nil, nil, nil)),
        (
            (nil, ["payments.stripe.createRefund"], nil),
            (nil, ["payments.stripe.createPaymentIntent"], nil)
        ),
        ((nil, ["payments.stripe.*"], nil), (nil, ["payments.*"], nil)),
    ]

    @Test(arguments: separate)
    func `is not ambiguous`(_ first: Parts, _ second: Parts) throws {
        #expect(try !Self.codes(first, second).contains("AMBIGUOUS_BINDING"))
    }

    @Test func `ambiguity is judged across slots, and policies do not remove it`() throws {
        var world = try World.seed(environment: "production")
        world.slots.append(World.slot("backup", capabilities: [World.createRefund]))
        world.bindings = [World.binding("conn_a"), World.binding("conn_b", slot: "backup")]
        world.tenantRules = [try World.rule("no", "forbid", ["connections": ["conn_b"]])]
        let report = try world.report()
        #expect(
            report.errors.contains {
                $0.code == .ambiguousBinding && $0.pointer == "/integrations/1"
            }
        )
        world.slots[1] = World.slot("backup", capabilities: ["payments.payOut"])
        #expect(try !world.report().errorCodes.contains("AMBIGUOUS_BINDING"))
    }

    static let shadowed: [(Parts, Parts)] = [
        ((nil, nil, 1), (nil, nil, 2)),
        ((nil, nil, 1), (["checkout"], nil, 2)),
        ((nil, nil, 1), (nil, nil, nil)),
        ((["check*"], nil, 1), (["checkout", "check*-x"], nil, 2)),
        ((["checkout"], nil, nil), (["checkout"], nil, nil)),
        ((nil, nil, nil), (nil, nil, nil)),
        ((["checkout"], ["payments.*"], nil), (["checkout"], nil, nil)),
        ((nil, nil, nil), ([], nil, nil)),
        ((nil, nil, nil), (nil, ["payments.adyen.*"], nil)),
        ((nil, ["payments.stripe.*"], 1), (nil, ["*.createRefund"], 2)),
        ((["*"], nil, 1), (nil, nil, 2)),
        ((["**"], nil, 1), (nil, nil, 2)),
        ((["*", "refund"], nil, 1), (nil, nil, nil)),
        ((["*"], nil, 1), (["checkout"], nil, 2)),
        ((["*"], nil, nil), (nil, nil, nil)),
        ((["*"], nil, nil), (["**"], nil, nil)),
    ]

    @Test(arguments: shadowed)
    func `never wins`(_ first: Parts, _ second: Parts) throws {
        #expect(try Self.codes(first, second).contains("SHADOWED_BINDING"))
    }

    static let unshadowed: [(Parts, Parts)] = [
        ((["checkout"], nil, 1), (nil, nil, 2)),
        ((["checkout"], nil, 1), (["checkout", "refund"], nil, 2)),
        ((["check*"], nil, nil), (["checkout"], nil, nil)),
        ((nil, nil, nil), (["*"], nil, nil)),
        ((nil, ["*.createRefund"], 1), (nil, nil, 2)),
        ((["a*b"], nil, 1), (["a*"], nil, 2)),
        ((["*-x", "x*"], nil, 1), (nil, nil, 2)),
        ((["*"], nil, nil), (["checkout"], nil, nil)),
    ]

    @Test(arguments: unshadowed)
    func `may win`(_ first: Parts, _ second: Parts) throws {
        #expect(try !Self.codes(first, second).contains("SHADOWED_BINDING"))
    }

    @Test func `a rule that may drop the first lets the second win`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
        ]
        #expect(try world.report().warningCodes.contains("SHADOWED_BINDING"))
        world.tenantRules = [
            try World.rule("no", "forbid", ["connections": ["conn_a"], "workflows": ["x"]])
        ]
        #expect(try !world.report().warningCodes.contains("SHADOWED_BINDING"))
        world.tenantRules = [try World.rule("no", "forbid", ["workflows": ["x"]])]
        #expect(try world.report().warningCodes.contains("SHADOWED_BINDING"))
    }

    @Test func `a binding that does not fit is no cover`() throws {
        var world = try World.seed()
        world.bindings = [
            World.binding("conn_a", priority: 1), World.binding("conn_b", priority: 2),
        ]
        try world.move("conn_a", to: .revoked)
        #expect(try !world.report().warningCodes.contains("SHADOWED_BINDING"))
    }

    @Test(arguments: [
        ("*", true), ("a*", true), ("ab*", true), ("*b", true), ("**", true), ("a*b", true),
        ("che*", false), ("checkout*", false), ("c*k*t", false), ("checkout", false), ("ab", false),
    ])
    func `fewer than three literal characters are broad`(_ entry: String, _ isBroad: Bool) throws {
        let codes = try Self.codes(([entry], nil, 1), (["newsletter"], nil, 2))
        #expect(codes.contains("BROAD_WILDCARD") == isBroad)
    }

    @Test(arguments: [
        ("checkout", false), ("chekout", true), ("check*", false), ("subscription-*", true),
        ("*", false), ("*out", false), ("*outt", true), ("new*r", false), ("Checkout", true),
    ])
    func `an entry that matches no alias is unknown`(_ entry: String, _ isUnknown: Bool) throws {
        let codes = try Self.codes(([entry], nil, 1), (["refund"], nil, 2))
        #expect(codes.contains("UNKNOWN_WORKFLOW") == isUnknown)
    }

    @Test func `thousands of bindings with names of their own are reported on quickly`() throws {
        var world = try World.seed(environment: "production")
        world.bindings = (0..<2_000)
            .map { World.binding("conn_a", workflows: ["flow-\($0)"], priority: 1) }
        let report = try world.report()
        #expect(report.isValid)
        #expect(report.warningCodes == ["UNKNOWN_WORKFLOW", "NOT_TESTED_IN_SANDBOX"])
        world.bindings.append(World.binding("conn_b", workflows: ["flow-1999"], priority: 1))
        #expect(
            try world.report().errors.map(\.detail) == [
                "only the written order separates it from /integrations/1999,"
                    + " for payments.createPaymentIntent"
            ]
        )
    }
}
