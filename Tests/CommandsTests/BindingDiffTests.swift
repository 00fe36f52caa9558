import JSON
import Model
import Testing

@testable import Commands

@Suite struct BindingDiffTests {
    private static func binding(
        _ slot: String,
        _ connection: String,
        _ more: JSONObject = [:]
    ) -> JSONValue {
        var object: JSONObject = ["slotId": .string(slot), "connectionId": .string(connection)]
        for member in more { object[member.key] = member.value }
        return .object(object)
    }

    /// The changes as texts: `add s/c nil 1`, with the places that change.
    private static func told(_ old: [JSONValue], _ new: [JSONValue]) -> [String] {
        BindingDiff(from: ["integrations": .array(old)], to: ["integrations": .array(new)]).changes
            .map { change in
                let places = ["before", "after"]
                    .map { change[$0]?.integer.map { "\($0)" } ?? "-" }
                    .joined(separator: " ")
                let fields = (change["fields"]?.array ?? []).compactMap { $0["pointer"]?.string }
                let name =
                    "\(change["slotId"]?.string ?? "")/\(change["connectionId"]?.string ?? "")"
                return ([change["action"]?.string ?? "", name, places] + fields)
                    .joined(separator: " ")
            }
    }

    private static let (a, b, c) = (binding("s", "a"), binding("s", "b"), binding("t", "c"))

    @Test(
        arguments: [
            ([a, b], [a, b], []), ([], [], []),
            ([a, b], [c, a, b], ["add t/c - 0"]), ([c, a, b], [a, b], ["remove t/c 0 -"]),
            ([a, b, c], [b, c, a], ["move s/a 0 2"]),
            ([a, b], [], ["remove s/a 0 -", "remove s/b 1 -"]),
            ([a, a], [a], ["remove s/a 1 -"]), ([a], [a, a], ["add s/a - 1"]),
            (
                [a, c], [c, binding("s", "a", ["priority": 2])],
                ["move t/c 1 0", "change s/a 0 1 /priority"]
            ),
            ([a, c], [binding("s", "d"), c], ["change s/d 0 0 /connectionId"]),
            (
                [binding("s", "a", ["scope": ["workflows": ["x"]], "priority": 1]), a],
                [a, binding("s", "a", ["scope": ["workflows": ["y", "x"]]])],
                ["move s/a 1 0", "change s/a 0 1 /scope/workflows /priority"]
            ),
        ] as [([JSONValue], [JSONValue], [String])]
    )
    func `a binding is told by what it is`(
        _ old: [JSONValue],
        _ new: [JSONValue],
        _ told: [String]
    ) {
        #expect(Self.told(old, new) == told)
    }

    @Test func `a field has its values`() {
        let old = Self.binding("s", "a", ["priority": 1, "notes": .string("x")])
        let new = Self.binding("s", "a", ["priority": 2])
        let diff = BindingDiff(from: ["integrations": [old]], to: ["integrations": [new]])
        #expect(
            diff.changes.first?["fields"] == [
                ["pointer": "/priority", "before": 1, "after": 2],
                ["pointer": "/notes", "before": "x"],
            ]
        )
    }

    @Test func `what is told of two configs makes the one of the other`() {
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = SeededGenerator(state: seed)
            func list() -> [JSONValue] {
                (0..<Int.random(in: 0...7, using: &random))
                    .map { _ in
                        Self.binding(
                            ["s", "t"].randomElement(using: &random) ?? "s",
                            ["a", "b"].randomElement(using: &random) ?? "a",
                            ["priority": .integer(Int64.random(in: 1...2, using: &random))]
                        )
                    }
            }
            let (old, new) = (list(), list())
            let changes =
                BindingDiff(
                    from: ["integrations": .array(old)],
                    to: ["integrations": .array(new)]
                )
                .changes
            // What is told goes out and comes in; what is not told stays, in its order.
            let out = Set(changes.compactMap { $0["before"]?.integer })
            let placed = Set(changes.compactMap { $0["after"]?.integer })
            var staying = old.indices.filter { !out.contains(Int64($0)) }.map { old[$0] }[...]
            for index in new.indices where !placed.contains(Int64(index)) {
                #expect(staying.popFirst() == new[index], "seed \(seed)")
            }
            #expect(staying.isEmpty, "seed \(seed)")
            if old == new { #expect(changes.isEmpty, "seed \(seed)") }
        }
    }

    @Test func `a thousand changes are told, and that there are more`() {
        func diff(_ count: Int) -> JSONObject {
            let bindings = (0..<count).map { Self.binding("s", "c\($0)") }
            var object: JSONObject = [:]
            BindingDiff(from: nil, to: ["integrations": .array(bindings)]).write(into: &object)
            return object
        }
        #expect(diff(1_000)["bindings"]?.array?.count == 1_000)
        #expect(diff(1_000)["bindingsAreCut"] == nil)
        #expect(diff(1_001)["bindings"]?.array?.count == 1_000)
        #expect(diff(1_001)["bindingsAreCut"] == true)
    }
}
