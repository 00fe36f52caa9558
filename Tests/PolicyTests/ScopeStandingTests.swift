import JSON
import Model
import Testing

@testable import Policy

/// What rules leave of a scope.
@Suite struct ScopeStandingTests {
    private static func rule(
        _ id: String,
        _ effect: String,
        _ workflows: [String]
    ) throws -> PolicyRule {
        let list = JSONValue.array(workflows.map { .string($0) })
        let json: JSONValue = [
            "id": .string(id), "effect": .string(effect), "match": ["workflows": list],
        ]
        let issues = IssueList()
        let rule = PolicyRule(reading: json, id: nil, issues: issues)
        try issues.throwErrors()
        return rule
    }

    private static func standing(
        _ scope: [String]?,
        platform: [PolicyRule] = [],
        tenant: [PolicyRule] = []
    ) throws -> ScopeStanding {
        let rules =
            platform.enumerated()
            .map { PolicyRuleMatcher($0.element, .platform, ordinal: $0.offset) }
            + tenant.enumerated()
            .map { PolicyRuleMatcher($0.element, .tenant, ordinal: 100 + $0.offset) }
        var stepCount = 0
        return OfferPolicies(rules: rules)
            .standing(
                of: try scope?.map { try #require(Pattern($0)) },
                connection: try #require(ConnectionID("conn")),
                mode: .byok,
                stepCount: &stepCount
            )
    }

    @Test(
        arguments: [
            (["checkout"], ["checkout"], true, 1), (["checkout"], ["check*"], true, 1),
            (["checkout"], ["refund"], false, 0), (["check*"], ["checkout"], false, 1),
            (["check*"], ["c*"], true, 1), (["check*", "refund"], ["c*"], false, 1),
            (["check*", "refund"], ["c*", "re*"], true, 1), (["a*"], ["*b"], false, 1),
            (["a*"], ["b*"], false, 0), (nil, ["a*"], false, 1), (nil, ["*"], true, 1),
            ([], ["a"], true, 0),
        ] as [([String]?, [String], Bool, Int)]
    )
    func `a forbid closes what it covers and narrows what it meets`(
        _ scope: [String]?,
        _ forbidden: [String],
        _ isClosed: Bool,
        _ narrowingCount: Int
    ) throws {
        let standing = try Self.standing(scope, tenant: [Self.rule("f", "forbid", forbidden)])
        #expect(standing.isClosed == isClosed)
        #expect(standing.narrowing.count == narrowingCount)
    }

    @Test(
        arguments: [
            (["checkout"], ["checkout"], false, 0), (["checkout"], ["refund"], true, 1),
            (["check*"], ["checkout"], false, 1), (["check*"], ["refund"], true, 1),
            (["checkout", "refund"], ["refund"], false, 1), (nil, ["refund"], false, 1),
            (nil, ["*"], false, 0),
        ] as [([String]?, [String], Bool, Int)]
    )
    func `a gate closes what it does not meet and narrows what it does not cover`(
        _ scope: [String]?,
        _ permitted: [String],
        _ isClosed: Bool,
        _ narrowingCount: Int
    ) throws {
        let standing = try Self.standing(scope, platform: [Self.rule("p", "permit", permitted)])
        #expect(standing.isClosed == isClosed)
        #expect(standing.narrowing.count == narrowingCount)
    }

    @Test func `each level has a gate of its own`() throws {
        let open = try Self.rule("p", "permit", ["checkout"])
        let other = try Self.rule("t", "permit", ["refund"])
        #expect(try Self.standing(["checkout"], platform: [open, other]).isClosed == false)
        #expect(try Self.standing(["checkout"], platform: [open], tenant: [other]).isClosed)
    }

    @Test func `at most so many rules are named, in their order`() throws {
        let count = RuleNote.missCountMax
        let rules = try (0...count).map { try Self.rule("r\($0)", "forbid", ["a\($0)"]) }
        let standing = try Self.standing(["a*"], tenant: rules)
        #expect(standing.narrowing.map(\.id.text) == (0..<count).map { "r\($0)" })
    }

    /// A scope that takes more comparisons than are made is not said to be closed.
    @Test func `comparing ends at the bound`() throws {
        let rules = try (0..<200).map { try Self.rule("r\($0)", "forbid", ["x\($0)*", "y*"]) }
        let scope = (0..<1_000).map { "x\($0 % 10)a\($0)*" }
        #expect(try Self.standing(Array(scope.prefix(100)), tenant: rules).isClosed)
        #expect(try Self.standing(scope, tenant: rules).isClosed == false)
    }
}
