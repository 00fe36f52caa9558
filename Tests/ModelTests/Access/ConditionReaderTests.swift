import JSON
import Model
import Testing

/// What is no condition is refused when it is written, with its place.
@Suite struct ConditionReaderTests {
    private func issues(_ rule: JSONValue) -> [Model.Issue] {
        do {
            _ = try PolicyRule(rule, id: nil)
            return []
        } catch {
            return error.issues
        }
    }

    private func issues(when condition: JSONValue) -> [Model.Issue] {
        issues(["id": "r", "effect": "permit", "when": condition])
    }

    private static let attribute: JSONValue = ["attr": "subject.role"]

    @Test func `what is well formed is read`() {
        let conditions: [JSONValue] = [
            ["eq": [Self.attribute, "admin"]], ["ne": ["x", Self.attribute]],
            ["eq": [Self.attribute, ["attr": "resource.owner.id"]]],
            ["in": [Self.attribute, ["a", 1, true, nil]]], ["contains": [Self.attribute, "a"]],
            ["startsWith": [Self.attribute, ""]], ["lt": [Self.attribute, 5]],
            ["exists": Self.attribute], ["not": ["exists": Self.attribute]],
            ["and": [["exists": Self.attribute]]],
            ["or": [["exists": Self.attribute], ["ge": [Self.attribute, "2025"]]]],
            ["eq": [["attr": "context.a.b.c.d.e.f.g.h"], 1]],
            ["eq": [["attr": "action.soft"], true]], ["eq": [["attr": "subject.a:b@c_-1"], nil]],
        ]
        for condition in conditions {
            #expect(issues(when: condition).isEmpty, "\(condition.serializedText)")
        }
    }

    @Test(
        arguments: [
            ("/when", "x"), ("/when", []), ("/when", [:]), ("/when", nil),
            ("/when", ["eq": ["a", "b"], "ne": ["a", "b"]]),
            ("/when/equals", ["equals": [attribute, 1]]), ("/when/EQ", ["EQ": [attribute, 1]]),
            ("/when/eq", ["eq": [attribute]]), ("/when/eq", ["eq": [attribute, 1, 2]]),
            ("/when/eq", ["eq": attribute]), ("/when/eq", ["eq": ["a", "a"]]),
            ("/when/eq/1", ["eq": [attribute, [["a"]]]]),
            ("/when/and", ["and": []]), ("/when/and", ["and": ["eq": [attribute, 1]]]),
            ("/when/and/1/or", ["and": [["exists": attribute], ["or": "x"]]]),
            ("/when/not", ["not": "x"]), ("/when/exists", ["exists": "subject.role"]),
            ("/when/exists/attr", ["exists": [:]]), ("/when/exists/attr", ["exists": ["attr": 1]]),
            ("/when/exists/path", ["exists": ["attr": "subject.a", "path": 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "role"], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "subject"], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "subject."], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "subject..a"], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "principal.a"], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "subject.a b"], 1]]),
            ("/when/eq/0/attr", ["eq": [["attr": "context.a.b.c.d.e.f.g.h.i"], 1]]),
        ] as [(String, JSONValue)]
    )
    func `what is none is refused at its place`(_ pointer: String, _ condition: JSONValue) {
        let found = issues(when: condition)
        let isThere = found.contains {
            $0.pointer == pointer || $0.pointer.hasPrefix("\(pointer)/")
        }
        #expect(isThere, "\(condition.serializedText): \(found)")
    }

    @Test func `a mistyped operator is told what was meant`() {
        let found = issues(when: ["startWith": [Self.attribute, "a"]])
        #expect(found.first?.suggestion?.contains("startsWith") == true)
    }

    @Test func `depth, size, lists and texts are bounded: the limit passes, one more does not`() {
        func nested(_ depth: Int) -> JSONValue {
            (1..<depth).reduce(["exists": Self.attribute]) { inner, _ in ["not": inner] }
        }
        #expect(issues(when: nested(Condition.depthMax)).isEmpty)
        #expect(issues(when: nested(Condition.depthMax + 1)).first?.code == .limitExceeded)
        func wide(_ count: Int) -> JSONValue {
            ["and": .array(Array(repeating: ["exists": Self.attribute], count: count))]
        }
        #expect(issues(when: wide(Condition.nodeCountMax - 1)).isEmpty)
        #expect(issues(when: wide(Condition.nodeCountMax)).map(\.code) == [.limitExceeded])
        #expect(issues(when: wide(20_000)).map(\.code) == [.limitExceeded])
        func list(_ count: Int) -> JSONValue {
            ["in": [Self.attribute, .array(Array(repeating: 1, count: count))]]
        }
        #expect(issues(when: list(Condition.itemCountMax)).isEmpty)
        #expect(issues(when: list(Condition.itemCountMax + 1)).first?.code == .limitExceeded)
        func text(_ count: Int) -> JSONValue {
            ["eq": [Self.attribute, .string(String(repeating: "x", count: count))]]
        }
        #expect(issues(when: text(Condition.textByteCountMax)).isEmpty)
        #expect(issues(when: text(Condition.textByteCountMax + 1)).first?.code == .limitExceeded)
    }

    @Test func `a rule is about calls or about attributes, never about both`() {
        for list in [
            "workflows", "operations", "integrations", "categories", "connections", "slots",
            "environments",
        ] {
            let found = issues([
                "id": "r", "effect": "forbid",
                "match": .object(["actions": ["read"], list: ["a"]]),
            ])
            #expect(found.map(\.pointer) == ["/match/\(list)"])
        }
        let found = issues([
            "id": "r", "effect": "forbid", "match": ["workflows": []],
            "unless": ["exists": Self.attribute],
        ])
        #expect(found.map(\.pointer) == ["/match/workflows"])
        for list in ["subjectTypes", "actions", "resourceTypes"] {
            let rule: JSONValue = [
                "id": "r", "effect": "forbid", "match": .object([list: ["a b"]]),
            ]
            #expect(issues(rule).first?.code == .invalidPattern)
        }
    }

    @Test func `a secret in a name is not repeated`() {
        let secret = "sk_live_51HxAbCdEfGhIjKlMnOpQr"
        for condition in [
            .object([secret: 1]), ["and": [.object([secret: []])]],
            ["eq": [.object([secret: 1]), 1]],
        ] as [JSONValue] {
            let found = issues(when: condition)
            #expect(found.first?.code == .secretInConfig)
            #expect(!found.contains { "\($0)".contains(secret) })
        }
    }
}
