import JSON

/// A text of what a schema asks for.
struct SchemaExampleText {
    /// The longest text that is made.
    private static let lengthMax = 4096

    /// The text; nil when the schema's pattern has none that is found.
    let value: String?

    /// A text of the format, of the pattern, or the name of the member in the length asked for.
    init(_ schema: JSONValue, name: String) {
        let lengthMin = min(Int(schema["minLength"]?.integer ?? 0), Self.lengthMax)
        let lengthMax = Int(schema["maxLength"]?.integer ?? Int64(Self.lengthMax))
        if let format = schema["format"]?.string.flatMap(SchemaFormat.init(rawValue:)) {
            value = Self.text(of: format)
        } else if let pattern = schema["pattern"]?.string {
            value = ExpressionExample.text(matching: pattern, lengthMin: lengthMin)
        } else {
            let fill = String(repeating: "x", count: max(0, lengthMin - name.count))
            value = String((name + fill).prefix(max(0, lengthMax)))
        }
    }

    private static func text(of format: SchemaFormat) -> String {
        switch format {
        case .hostname: "host.example.com"
        case .uri: "https://example.com/path"
        case .uuid: "123e4567-e89b-12d3-a456-426614174000"
        case .email: "ada@example.com"
        case .dateTime: "2025-01-15T09:00:00Z"
        }
    }
}

/// A number of what a schema asks for.
struct SchemaExampleNumber {
    /// The number: the least one above zero that the schema's bounds let be.
    let value: JSONValue

    /// A number within the schema's bounds.
    init(_ schema: JSONValue) {
        let isWhole = schema["type"]?.string == "integer"
        let above = schema["exclusiveMinimum"]?.double
        let least = schema["minimum"]?.double ?? above.map { isWhole ? $0 + 1 : $0 + 0.5 }
        let most = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double.map { $0 - 1 }
        let number = max(least ?? 1, min(1, most ?? 1))
        let whole = Int64(exactly: number)
        value = whole.map { .integer($0) } ?? JSONDecimal(number).map { .decimal($0) } ?? 1
    }
}
