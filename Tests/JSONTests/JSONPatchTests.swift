import JSON
import Testing

@Suite struct JSONMergePatchTests {
    /// The table of RFC 7396 appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `merges as RFC 7396 does`(_ text: String, _ patch: String, _ expected: String) throws {
        let merged = try JSONValue(parsing: text).merging(patch: try JSONValue(parsing: patch))
        #expect(merged.serializedText == expected)
    }
}

@Suite struct JSONDiffTests {
    @Test(arguments: [
        ("1", "1", "[]"),
        ("1", "2", #"[{"op":"replace","path":"","value":2}]"#),
        (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, "[]"),
        (#"{"a":1}"#, #"{"a":null}"#, #"[{"op":"replace","path":"/a","value":null}]"#),
        (
            #"{"a/b":1}"#, #"{"c~d":2}"#,
            #"[{"op":"remove","path":"/a~1b"},{"op":"add","path":"/c~0d","value":2}]"#
        ),
        (
            "[1,2,3]", "[1,4]",
            #"[{"op":"replace","path":"/1","value":4},{"op":"remove","path":"/2"}]"#
        ),
        (
            "[]", "[1,2]",
            #"[{"op":"add","path":"/0","value":1},{"op":"add","path":"/1","value":2}]"#
        ),
        (
            "[1,2,3]", "[]",
            #"[{"op":"remove","path":"/2"},{"op":"remove","path":"/1"},"#
                + #"{"op":"remove","path":"/0"}]"#
        ),
        (
            #"{"a":[{"b":1}]}"#, #"{"a":[{"b":{}}]}"#,
            #"[{"op":"replace","path":"/a/0/b","value":{}}]"#
        ),
    ])
    func `says what changed and where`(_ from: String, _ to: String, _ expected: String) throws {
        let patch = JSONDiff.patch(
            from: try JSONValue(parsing: from),
            to: try JSONValue(parsing: to)
        )
        #expect(patch.serializedText == expected)
    }

    @Test(arguments: [1, 2, UInt64.random(in: 0 ... .max)])
    func `its operations lead from one value to the other`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let source = JSONValue.random(depth: 4, using: &generator)
            var target = JSONValue.random(depth: 4, using: &generator)
            if case .object(let object) = source {
                target = source.merging(patch: target)
                if let first = object.members.first {
                    target = target.merging(patch: .object([first.key: .null]))
                }
            }
            let patch = try #require(JSONDiff.patch(from: source, to: target).array)
            let result = try patch.reduce(source) { try apply($1, to: $0) }
            #expect(result == target, "seed \(seed), round \(round)")
        }
    }

    /// Carries out one operation, as a reader of RFC 6902 would.
    private func apply(_ operation: JSONValue, to value: JSONValue) throws -> JSONValue {
        let pointer = try #require(operation["path"]?.string.flatMap { JSONPointer($0) })
        return try change(value, pointer.tokens[...], operation)
    }

    private func change(
        _ value: JSONValue,
        _ tokens: ArraySlice<String>,
        _ operation: JSONValue
    ) throws -> JSONValue {
        let name = operation["op"]?.string
        guard let token = tokens.first else { return try #require(operation["value"]) }
        let rest = tokens.dropFirst()
        switch value {
        case .object(var object):
            #expect(!rest.isEmpty || object.contains(token) == (name != "add"))
            if rest.isEmpty, name == "remove" {
                object[token] = nil
            } else {
                object[token] = try change(object[token] ?? .null, rest, operation)
            }
            return .object(object)
        case .array(var items):
            let index = try #require(Int(token))
            switch (rest.isEmpty, name) {
            case (true, "remove"): items.remove(at: index)
            case (true, "add"): items.insert(try #require(operation["value"]), at: index)
            default: items[index] = try change(items[index], rest, operation)
            }
            return .array(items)
        default:
            Issue.record("the pointer leads into a scalar")
            return value
        }
    }
}
