import JSON

/// A JSON value under the equality of JSON Schema (core section 4.2.2): `1`, `1.0` and `1e0` are
/// one number, no number is `true`, and text is compared by code point, without normalization.
indirect enum SchemaIdentity: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(ExactNumber)
    case text(ExactText)
    case array([SchemaIdentity])
    case object([ExactText: SchemaIdentity])

    /// The identity of `value`.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .decimal(let decimal):
            let number = ExactNumber(decimal)
            self = number.integer.map(Self.integer) ?? .number(number)
        case .string(let text): self = .text(ExactText(text))
        case .array(let items): self = .array(items.map(SchemaIdentity.init))
        case .object(let object):
            let members = object.map { (ExactText($0.key), SchemaIdentity($0.value)) }
            self = .object(Dictionary(members) { first, _ in first })
        }
    }
}

/// A text that equals another of the same code points alone.
struct ExactText: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    /// Whether no other text is equivalent to it.
    var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Equal code points are canonically equivalent, so the text's own hash will do.
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
