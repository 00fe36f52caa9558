/// A JSON value (RFC 8259) under the rules of I-JSON (RFC 7493): objects have no key twice, text
/// has no lone surrogates, and an integer within 64 bits keeps every digit.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Every other number, in the spelling in which it came.
    case decimal(JSONDecimal)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The text, or nil when this is not a string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The integer, or nil when this is not a number without a fraction within 64 bits.
    ///
    /// `3.0` and `3e0` are the integer 3 here, as JSON Schema 2020-12 has it.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .decimal(let decimal): Int64(exactly: decimal.double)
        default: nil
        }
    }

    /// The number as a double, or nil when this is not a number.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let decimal): decimal.double
        default: nil
        }
    }

    /// The truth value, or nil when this is neither `true` nor `false`.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The items, or nil when this is not an array.
    public var array: [JSONValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    /// The members, or nil when this is not an object.
    public var object: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The name of this value's type in JSON Schema; `integer` is said as `number`'s finer word.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .decimal: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The member named `key`, or nil when this is no object or has no such member.
    public subscript(key: String) -> JSONValue? { object?[key] }
}

/// A number that is not an integer of 64 bits: its literal, kept as it was written.
public struct JSONDecimal: Sendable, Hashable {
    /// The largest literal accepted, in bytes.
    public static let byteCountMax = 256
    /// The literal, which satisfies the grammar of RFC 8259 section 6.
    public let text: String
    /// The nearest double; always finite.
    public let double: Double

    /// Wraps a finite number in the shortest spelling that reads back the same; nil for no number.
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        self.double = double
        self.text = "\(double)"
    }

    /// Wraps a literal that the reader has checked against the grammar and found finite.
    init(literal: String, double: Double) {
        self.text = literal
        self.double = double
    }

    /// Two literals are equal when their doubles are: `1.50` and `1.5`.
    public static func == (left: JSONDecimal, right: JSONDecimal) -> Bool {
        left.double == right.double
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(double) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; of a key given twice the last value stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}
