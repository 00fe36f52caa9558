extension JSONValue {
    /// The value as compact JSON text, members in their order.
    ///
    /// Reading it gives an equal value back.
    public func serialized() -> [UInt8] {
        var output: [UInt8] = []
        write(into: &output)
        return output
    }

    /// The value as compact JSON text, members in their order.
    public var serializedText: String { String(decoding: serialized(), as: UTF8.self) }

    /// The value over several lines, each level two spaces further in; no newline at the end.
    public func prettySerialized() -> [UInt8] {
        var output: [UInt8] = []
        writePretty(into: &output, depth: 0)
        return output
    }

    /// Appends the value as compact JSON text.
    public func write(into output: inout [UInt8]) {
        switch self {
        case .array(let items):
            output.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(0x2C) }
                item.write(into: &output)
            }
            output.append(0x5D)
        case .object(let object): object.write(into: &output)
        default: writeScalar(into: &output)
        }
    }

    /// Appends a value that holds no other.
    func writeScalar(into output: inout [UInt8]) {
        switch self {
        case .null: JSONWriter.append("null", to: &output)
        case .bool(let value): JSONWriter.appendBool(value, to: &output)
        case .integer(let value): JSONWriter.appendInteger(value, to: &output)
        case .decimal(let decimal): JSONWriter.append(decimal.text, to: &output)
        case .string(let text): JSONWriter.appendString(text, to: &output)
        case .array, .object: preconditionFailure("a container is written by its own function")
        }
    }

    private func writePretty(into output: inout [UInt8], depth: Int) {
        switch self {
        case .array(let items) where !items.isEmpty:
            output.append(0x5B)
            for (index, item) in items.enumerated() {
                Self.newLine(depth + 1, after: index > 0, into: &output)
                item.writePretty(into: &output, depth: depth + 1)
            }
            Self.newLine(depth, after: false, into: &output)
            output.append(0x5D)
        case .object(let object) where !object.isEmpty:
            output.append(0x7B)
            for (index, member) in object.members.enumerated() {
                Self.newLine(depth + 1, after: index > 0, into: &output)
                JSONWriter.appendString(member.key, to: &output)
                output.append(contentsOf: [0x3A, 0x20])
                member.value.writePretty(into: &output, depth: depth + 1)
            }
            Self.newLine(depth, after: false, into: &output)
            output.append(0x7D)
        default: write(into: &output)
        }
    }

    private static func newLine(_ depth: Int, after comma: Bool, into output: inout [UInt8]) {
        if comma { output.append(0x2C) }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }
}

extension JSONObject {
    /// Appends the object as compact JSON text, members in their order.
    public func write(into output: inout [UInt8]) {
        output.append(0x7B)
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(0x2C) }
            JSONWriter.appendString(member.key, to: &output)
            output.append(0x3A)
            member.value.write(into: &output)
        }
        output.append(0x7D)
    }
}
