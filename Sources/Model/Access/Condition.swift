public import JSON

/// A condition of an attribute rule, such as
/// `{"eq": [{"attr": "subject.id"}, {"attr": "resource.owner"}]}`.
///
/// A closed language without loops, so that judging one takes time in proportion to what it reads.
public struct Condition: Sendable, Hashable {
    /// The most conditions inside each other.
    public static let depthMax = 16
    /// The most conditions and operands of one condition.
    public static let nodeCountMax = 256
    /// The longest text written in a condition, in bytes.
    public static let textByteCountMax = 1024
    /// The most items of a list written in a condition.
    public static let itemCountMax = 200

    /// Where it stands in the rule, as RFC 6901 writes it.
    public let pointer: String
    /// What it says.
    public let kind: Kind

    /// What a condition says.
    public indirect enum Kind: Sendable, Hashable {
        /// Every one holds; the first that does not decides.
        case all([Condition])
        /// One holds; the first that does decides.
        case any([Condition])
        /// It does not hold.
        case not(Condition)
        /// The attribute is there.
        case exists(AttributePath)
        /// Two values compare so.
        case compare(Comparison, Operand, Operand)
        /// What can't be read: judging it is an error.
        case unreadable
    }

    /// How two values are compared.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// They are equal.
        case equal = "eq"
        /// They are not equal.
        case notEqual = "ne"
        /// The first, a number or a text, comes before the second.
        case less = "lt"
        /// It does, or they are equal.
        case lessOrEqual = "le"
        /// The first comes after the second.
        case greater = "gt"
        /// It does, or they are equal.
        case greaterOrEqual = "ge"
        /// The second is a list with the first in it.
        case isIn = "in"
        /// The first is a list with the second in it, or a text with the second in it.
        case contains
        /// The first is a text that starts with the second.
        case startsWith
    }

    /// A value that is compared.
    public enum Operand: Sendable, Hashable {
        /// What the rule says.
        case literal(JSONValue)
        /// What the question, or the store, says.
        case attribute(AttributePath)
    }
}

extension Condition {
    /// Whether it looks at an attribute of this part of a question.
    public func looksAt(_ part: AttributePath.Part) -> Bool {
        switch kind {
        case .all(let conditions), .any(let conditions): conditions.contains { $0.looksAt(part) }
        case .not(let inner): inner.looksAt(part)
        case .exists, .compare, .unreadable: attributes.contains { $0.part == part }
        }
    }

    /// The attributes that a comparison, or a test for one, looks at; of what is made of other
    /// conditions none.
    public var attributes: [AttributePath] {
        switch kind {
        case .exists(let path): [path]
        case .compare(_, let left, let right): [left, right].compactMap(\.path)
        case .all, .any, .not, .unreadable: []
        }
    }

    /// A comparison, or a test for an attribute, as a rule writes it; nil for other conditions.
    public var comparison: JSONValue? {
        switch kind {
        case .exists(let path): ["exists": path.json]
        case .compare(let comparison, let left, let right):
            .object([comparison.rawValue: .array([left.json, right.json])])
        case .all, .any, .not, .unreadable: nil
        }
    }
}

extension Condition.Operand {
    fileprivate var path: AttributePath? {
        guard case .attribute(let path) = self else { return nil }
        return path
    }

    fileprivate var json: JSONValue {
        switch self {
        case .literal(let value): value
        case .attribute(let path): path.json
        }
    }
}

/// Names an attribute: `subject.department`, `resource.owner`, `action.soft`,
/// `context.network.zone`.
public struct AttributePath: Sendable, Hashable {
    /// The most names behind the part.
    public static let depthMax = 8

    /// What has the attribute.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        /// Who would act.
        case subject
        /// What would be done.
        case action
        /// To what.
        case resource
        /// The circumstances that the request tells.
        case context
    }

    /// What has the attribute.
    public let part: Part
    /// The attribute's name, and names within it; never empty.
    public let names: [String]

    /// Reads a path; nil when it is none.
    ///
    /// Of a subject and a resource `type` and `id` are what the question names, of an action
    /// `name`.
    public init?(_ text: String) {
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (2...Self.depthMax + 1).contains(pieces.count), let part = Part(rawValue: pieces[0]),
            pieces.dropFirst().allSatisfy(Self.isName)
        else { return nil }
        self.part = part
        self.names = Array(pieces.dropFirst())
    }

    /// The path as a rule writes it.
    public var text: String { ([part.rawValue] + names).joined(separator: ".") }

    fileprivate var json: JSONValue { ["attr": .string(text)] }

    /// The rule of a path, for errors.
    public static let words =
        "subject, action, resource or context, a dot, and 1 to 8 names between dots, each "
        + "1 to 128 of A-Z a-z 0-9 _ - : @"

    private static func isName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                IdentifierRule.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D || byte == 0x3A
                    || byte == 0x40
            }
    }
}
