/// What a binding may be used for; an absent list admits all, an empty one none (API section 1).
public struct Scope: Sendable, Hashable {
    /// The most entries in one list.
    public static let entryCountMax = 1000

    /// The workflows that may use the binding; nil admits every one.
    public let workflows: [Pattern]?
    /// The operations for which it may be used; nil admits every one.
    public let operations: [Pattern]?

    /// A scope of these lists.
    public init(workflows: [Pattern]? = nil, operations: [Pattern]? = nil) {
        self.workflows = workflows
        self.operations = operations
    }
}

/// How closely a list of a scope names what it admitted; the smaller one goes first (API section
/// 5).
///
/// An exact name comes before every pattern, a pattern with a longer literal prefix before one with
/// a shorter, and an absent list after `*`.
public enum Specificity: Sendable, Hashable, Comparable {
    case exact
    case pattern(literalPrefixLength: Int)
    case absentList

    /// How closely the pattern names what it matches.
    public init(_ pattern: Pattern) {
        self =
            pattern.isExact
            ? .exact : .pattern(literalPrefixLength: pattern.literalPrefixLength)
    }

    /// The best of the list's entries that match `name`; nil when the list does not admit it.
    public static func of(_ name: String, in list: [Pattern]?) -> Specificity? {
        var stepCount = 0
        return of(name, in: list, stepCount: &stepCount)
    }

    /// The same, adding to `stepCount` what the comparisons cost.
    public static func of(
        _ name: String,
        in list: [Pattern]?,
        stepCount: inout Int
    ) -> Specificity? {
        guard let list else { return .absentList }
        var best: Specificity?
        for pattern in list where pattern.matches(name, stepCount: &stepCount) {
            let candidate = Specificity(pattern)
            if best.map({ candidate < $0 }) ?? true { best = candidate }
        }
        return best
    }

    private var rank: (Int, Int) {
        switch self {
        case .exact: (0, 0)
        case .pattern(let length): (1, -length)
        case .absentList: (2, 0)
        }
    }

    /// The closer one first.
    public static func < (left: Specificity, right: Specificity) -> Bool { left.rank < right.rank }
}
