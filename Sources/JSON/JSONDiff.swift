/// The difference of two JSON values as a JSON Patch (RFC 6902).
public enum JSONDiff {
    /// The operations that make `target` of `source`, an array of `add`, `remove` and `replace`;
    /// empty when the two are equal.
    ///
    /// Members are compared by name and items by index: an item put in front of a list replaces
    /// every later one, which is longer than need be and never wrong. Removals of items come last
    /// item first, so that each operation's index is right when its turn comes.
    public static func patch(from source: JSONValue, to target: JSONValue) -> JSONValue {
        var operations: [JSONValue] = []
        compare(source, target, at: .root, into: &operations)
        return .array(operations)
    }

    private static func compare(
        _ source: JSONValue,
        _ target: JSONValue,
        at pointer: JSONPointer,
        into operations: inout [JSONValue]
    ) {
        switch (source, target) {
        case (.object(let before), .object(let after)):
            compare(before, after, at: pointer, into: &operations)
        case (.array(let before), .array(let after)):
            compare(before, after, at: pointer, into: &operations)
        default:
            guard source != target else { return }
            operations.append(operation("replace", pointer, target))
        }
    }

    private static func compare(
        _ source: JSONObject,
        _ target: JSONObject,
        at pointer: JSONPointer,
        into operations: inout [JSONValue]
    ) {
        for member in source where !target.contains(member.key) {
            operations.append(operation("remove", pointer.appending(member.key), nil))
        }
        for member in target {
            let place = pointer.appending(member.key)
            if let before = source[member.key] {
                compare(before, member.value, at: place, into: &operations)
            } else {
                operations.append(operation("add", place, member.value))
            }
        }
    }

    private static func compare(
        _ source: [JSONValue],
        _ target: [JSONValue],
        at pointer: JSONPointer,
        into operations: inout [JSONValue]
    ) {
        for (index, (before, after)) in zip(source, target).enumerated() {
            compare(before, after, at: pointer.appending(index), into: &operations)
        }
        for index in target.indices.dropFirst(source.count) {
            operations.append(operation("add", pointer.appending(index), target[index]))
        }
        for index in source.indices.dropFirst(target.count).reversed() {
            operations.append(operation("remove", pointer.appending(index), nil))
        }
    }

    private static func operation(
        _ name: String,
        _ pointer: JSONPointer,
        _ value: JSONValue?
    ) -> JSONValue {
        var object: JSONObject = ["op": .string(name), "path": .string(pointer.text)]
        object["value"] = value
        return .object(object)
    }
}
