import JSON
import Model
import Resolver
import Testing

@Suite struct AccessDiffTests {
    private static func table(_ bindings: [JSONValue]) throws -> BindingTable {
        var world = try World.seed()
        world.slots = [World.slot(capabilities: [World.createPayment])]
        world.bindings = bindings
        return try world.table()
    }

    /// The changes as texts: `checkout conn_a -> conn_b`.
    private static func changes(_ before: BindingTable?, _ after: BindingTable?) -> [String] {
        AccessDiff(before: before, after: after).changes
            .map { change in
                let before = change.before?.text ?? "null"
                return "\(change.workflow.text) \(before) -> \(change.after?.text ?? "null")"
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

    @Test func `a pattern of names that nobody wrote is represented by one`() throws {
        let before = try Self.table([])
        let after = try Self.table([
            World.binding("conn_a", workflows: ["agent-*", "check*", "*-x"])
        ])
        #expect(
            Self.changes(before, after) == ["checkout null -> conn_a", "agent- null -> conn_a"]
        )
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
