public import JSON

/// Takes exact values out of what a provider answered, and nothing else: for answers that are handed
/// on, whose own content must stay as it is.
public struct ValueRedaction: Sendable {
    private let needles: NeedleSet

    /// Looks for these values; for those of fewer than `byteCountMin` bytes not at all.
    public init(_ values: [String], byteCountMin: Int = 4) {
        needles = NeedleSet(values.filter { $0.utf8.count >= byteCountMin })
    }

    /// Whether one of the values stands in the bytes, in any spelling.
    public func isFound(in bytes: [UInt8]) -> Bool { needles.redacting(bytes) != nil }

    /// The bytes with `AuditRedaction.mark` for each of the values; nil when there is none.
    public func redacting(_ bytes: [UInt8]) -> [UInt8]? { needles.redacting(bytes) }

    /// The text with `AuditRedaction.mark` for each of the values.
    public func text(_ text: String) -> String {
        needles.redacting(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The value, with the values taken out of its strings and member names.
    public func value(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(self.text(text))
        case .array(let items): .array(items.map(self.value))
        case .object(let object):
            .object(JSONObject(object.map { (text($0.key), self.value($0.value)) }))
        case .integer, .decimal:
            needles.isNumber(value) ? .string(AuditRedaction.mark) : value
        case .null, .bool: value
        }
    }
}

extension ValueRedaction: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name of the type, never what it looks for.
    public var description: String { "ValueRedaction" }
    /// The name of the type, never what it looks for.
    public var debugDescription: String { "ValueRedaction" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
