public import JSON

/// A place in a recorded question that is written as `AuditRedaction.mark`: a JSON pointer (RFC
/// 6901) in which the token `*` stands for every member and every item.
public struct PointerMask: Sendable, Hashable {
    /// The most tokens of a mask.
    public static let tokenCountMax = 16
    /// The rule in words, for errors.
    public static let words =
        "a JSON pointer of 1 to \(tokenCountMax) tokens into context or the properties of subject, "
        + "action or resource, such as /context/input/card or /subject/properties/*"

    /// The mask as it was written.
    public let text: String
    private let tokens: [String]

    /// Reads a mask; nil for what is none.
    public init?(_ text: String) {
        guard let pointer = JSONPointer(text) else { return nil }
        self.text = text
        tokens = pointer.tokens
        guard (1...Self.tokenCountMax).contains(tokens.count), Self.isFree(tokens) else {
            return nil
        }
    }

    /// Whether it is a place of what callers tell: types, ids and names are members of the record
    /// itself, and can't be kept from it.
    private static func isFree(_ tokens: [String]) -> Bool {
        switch tokens[0] {
        case "context": true
        case "subject", "action", "resource": tokens.count > 1 && tokens[1] == "properties"
        default: false
        }
    }

    /// Masks what stands at the place; what is not there stays away.
    public func apply(to value: inout JSONValue) { value = Self.masked(value, tokens[...]) }

    private static func masked(_ value: JSONValue, _ tokens: ArraySlice<String>) -> JSONValue {
        guard let token = tokens.first else { return .string(AuditRedaction.mark) }
        let rest = tokens.dropFirst()
        switch value {
        case .object(var object):
            for member in object.members where token == "*" || token == member.key {
                object[member.key] = masked(member.value, rest)
            }
            return .object(object)
        case .array(let items):
            return .array(
                items.enumerated()
                    .map { index, item in
                        token == "*" || token == "\(index)" ? masked(item, rest) : item
                    }
            )
        default: return value
        }
    }
}
