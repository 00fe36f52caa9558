import JSON
import Model
import Resolver
import Testing

@Suite struct AccessDiffTests {
    private static func table(_ bindings: [JSONValue]) throws -> BindingTable {
        var world = try World.seed()
        world.slots = [World.slot(capabilities: [World.createPayment])]
        world.bindings = bindings
        world.workflows = ["checkout"]
        try world.add(connection: World.connection("conn_c", environment: "sandbox"))
        return try world.table()
    }

    /// The changes as texts: `checkout conn_a -> conn_b`.
    private static func changes(_ before: BindingTable?, _ after: BindingTable?) -> [String] {
        AccessDiff(before: before, after: after).changes
            .map { change in
                let before = change.before?.text ?? "null"
                return "\(change.workflow) \(before) -> \(change.after?.text ?? "null")"
            }
    }

    @Test func `lists each workflow and capability whose winner changes`() throws {
        let before = try Self.table([
            World.binding("conn_a", workflows: ["checkout", "refund"]),
            World.binding("conn_b", workflows: ["extra"]),
        ])
        let after = try Self.table([
            World.binding("conn_b", workflows: ["checkout"]),
            World.binding("conn_a", workflows: ["refund", "new"]),
        ])
        #expect(
            Self.changes(before, after) == [
                "checkout conn_a -> conn_b", "extra conn_b -> null", "new null -> conn_a",
            ]
        )
        #expect(Self.changes(after, after) == [])
    }

    @Test func `a change of fallbacks alone is none`() throws {
        let one = World.binding("conn_a", priority: 1)
        let before = try Self.table([one])
        let after = try Self.table([one, World.binding("conn_b", priority: 2)])
        #expect(Self.changes(before, after) == [])
    }

    @Test func `without a version before, everything is new`() throws {
        let table = try Self.table([World.binding("conn_a", workflows: ["checkout"])])
        #expect(Self.changes(nil, table) == ["checkout null -> conn_a"])
        #expect(Self.changes(table, nil) == ["checkout conn_a -> null"])
        #expect(Self.changes(nil, nil) == [])
    }

    @Test func `a pattern stands for the names that nobody wrote`() throws {
        let before = try Self.table([])
        let after = try Self.table([
            World.binding("conn_a", workflows: ["agent-*", "check*", "*-x"])
        ])
        #expect(
            Self.changes(before, after) == [
                "checkout null -> conn_a", "*-x null -> conn_a", "agent-* null -> conn_a",
                "check* null -> conn_a",
            ]
        )
    }

    /// Bindings by the entries of their scopes, nil for an absent list; the last has the least
    /// priority.
    private static func table(scopes bindings: [(String, [String]?)]) throws -> BindingTable {
        try table(
            bindings.enumerated()
                .map { World.binding($1.0, workflows: $1.1, priority: $0 + 1) }
        )
    }

    @Test func `who is named by nothing is told of as a star`() throws {
        let changes = { (named: [String], before: String, after: String) in
            let kept = named.map { ("conn_a", Optional([$0])) }
            return Self.changes(
                try Self.table(scopes: kept + [(before, nil)]),
                try Self.table(scopes: kept + [(after, nil)])
            )
        }
        // The blueprint has the workflow checkout.
        #expect(try changes(["checkout"], "conn_b", "conn_c") == ["* conn_b -> conn_c"])
        #expect(
            try changes([], "conn_a", "conn_b") == [
                "checkout conn_a -> conn_b", "* conn_a -> conn_b",
            ]
        )
        #expect(
            try changes(["checkout", "agent-*"], "conn_b", "conn_c") == ["* conn_b -> conn_c"]
        )
        #expect(try changes(["*"], "conn_b", "conn_c") == [])
    }

    @Test(
        arguments: [
            // A name that has an entry of its own stands for none of the others.
            ("agent-*", ["agent-1"], "agent-*"), ("check*", ["checkout"], "check*"),
            ("*-bot", [], "*-bot"), ("*", ["checkout"], "*"), ("*.x", ["a.x"], "*.x"),
            // What another pattern takes away is not what stands for it.
            ("*a*", ["a*"], "*a*"), ("a*b*c", ["a*"], nil), ("**x", ["x"], "*x"),
        ] as [(String, [String], String?)]
    )
    func `a pattern is told of though closer entries have others of its names`(
        _ pattern: String,
        _ closer: [String],
        _ told: String?
    ) throws {
        let kept = closer.map { ("conn_a", Optional([$0])) }
        let changes = Self.changes(
            try Self.table(scopes: kept + [("conn_b", [pattern])]),
            try Self.table(scopes: kept + [("conn_c", [pattern])])
        )
        let expected = told.map { ["\($0) conn_b -> conn_c"] } ?? []
        #expect(changes.filter { !$0.hasPrefix("checkout") } == expected)
    }

    @Test func `what two patterns meet is told where neither has it`() throws {
        let before = try Self.table(scopes: [("conn_a", ["agent-*"]), ("conn_b", ["*-eu"])])
        let after = try Self.table(scopes: [("conn_b", ["*-eu"]), ("conn_a", ["agent-*"])])
        #expect(Self.changes(before, after) == ["*-eu & agent-* conn_a -> conn_b"])
    }

    @Test func `nothing is told where patterns use every letter`() throws {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let entries = letters.map { "\($0)-*" }
        let before = try Self.table(scopes: [("conn_a", entries), ("conn_b", nil)])
        let after = try Self.table(scopes: [("conn_a", entries), ("conn_c", nil)])
        let diff = AccessDiff(before: before, after: after)
        #expect(!diff.isCut)
        #expect(diff.changes.map(\.workflow) == ["checkout", "*"])
        // Nothing is left that they do not meet: that cannot be known, and is said.
        let all = letters.map { "\($0)*" }
        let whole = AccessDiff(before: try Self.table(scopes: [("conn_a", all)]), after: nil)
        #expect(whole.isCut)
        #expect(whole.changes.count == 63)
    }

    @Test func `is written as the API says`() throws {
        let table = try Self.table([World.binding("conn_a", workflows: ["checkout"])])
        #expect(
            AccessDiff(before: nil, after: table).changes.map(\.json) == [
                [
                    "workflow": "checkout", "capability": .string(World.createPayment),
                    "before": nil, "after": "conn_a",
                ]
            ]
        )
    }
}
