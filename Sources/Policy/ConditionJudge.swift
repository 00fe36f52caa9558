import JSON
import Model

/// Judges conditions about one question.
///
/// What can't be judged is an error and neither true nor false: `not` does not turn it around.
struct ConditionJudge {
    /// The most steps of one question, over all rules; a step looks at some bytes or one item.
    static let stepCountMax = 1_000_000

    /// What a condition says of the question.
    enum Verdict {
        case holds
        /// It does not, because of this part of it.
        case fails(Condition)
        case errs(AttributeError)
    }

    let question: AttributeQuestion
    private(set) var stepCount = 0

    init(_ question: AttributeQuestion) { self.question = question }

    mutating func judge(_ condition: Condition) -> Verdict {
        stepCount += 1
        guard stepCount <= Self.stepCountMax else { return errs(condition, .workExceeded) }
        switch condition.kind {
        case .all(let conditions):
            for condition in conditions {
                let verdict = judge(condition)
                guard case .holds = verdict else { return verdict }
            }
            return .holds
        case .any(let conditions):
            for condition in conditions {
                switch judge(condition) {
                case .holds: return .holds
                case .fails: continue
                case .errs(let error): return .errs(error)
                }
            }
            return .fails(condition)
        case .not(let inner):
            switch judge(inner) {
            case .holds: return .fails(condition)
            case .fails: return .holds
            case .errs(let error): return .errs(error)
            }
        case .exists(let path):
            return question.value(path) == nil ? .fails(condition) : .holds
        case .compare(let comparison, let left, let right):
            guard let left = value(left), let right = value(right) else {
                return errs(condition, .attributeMissing)
            }
            guard let holds = compare(comparison, left, right) else {
                let isExceeded = stepCount > Self.stepCountMax
                return errs(condition, isExceeded ? .workExceeded : .wrongType)
            }
            return holds ? .holds : .fails(condition)
        case .unreadable: return errs(condition, .unreadable)
        }
    }

    private func errs(_ condition: Condition, _ reason: AttributeError.Reason) -> Verdict {
        .errs(AttributeError(pointer: condition.pointer, reason: reason))
    }

    private func value(_ operand: Condition.Operand) -> JSONValue? {
        switch operand {
        case .literal(let value): value
        case .attribute(let path): question.value(path)
        }
    }

    /// Whether the values compare so; nil when they are of types that don't, or it takes too long.
    private mutating func compare(
        _ comparison: Condition.Comparison,
        _ left: JSONValue,
        _ right: JSONValue
    ) -> Bool? {
        switch comparison {
        case .equal: return equal(left, right)
        case .notEqual: return equal(left, right).map { !$0 }
        case .less: return order(left, right).map { $0 < 0 }
        case .lessOrEqual: return order(left, right).map { $0 <= 0 }
        case .greater: return order(left, right).map { $0 > 0 }
        case .greaterOrEqual: return order(left, right).map { $0 >= 0 }
        case .isIn: return right.array.flatMap { contains($0, left) }
        case .contains:
            if let items = left.array { return contains(items, right) }
            guard let text = left.string, let part = right.string else { return nil }
            return find(part, in: text)
        case .startsWith:
            guard let text = left.string, let start = right.string, spend(start.utf8.count)
            else { return nil }
            return text.utf8.starts(with: start.utf8)
        }
    }

    /// Takes steps; false when there are not enough.
    private mutating func spend(_ count: Int) -> Bool {
        stepCount += 1 + count / 8
        return stepCount <= Self.stepCountMax
    }

    private mutating func contains(_ items: [JSONValue], _ item: JSONValue) -> Bool? {
        for candidate in items {
            guard let isEqual = equal(candidate, item) else { return nil }
            if isEqual { return true }
        }
        return false
    }

    /// Byte for byte: two spellings of one letter are two texts.
    private mutating func find(_ part: String, in text: String) -> Bool? {
        let part = Array(part.utf8)
        let text = Array(text.utf8)
        guard part.count <= text.count else { return false }
        guard spend(part.count * (text.count - part.count + 1)) else { return nil }
        return (0...(text.count - part.count))
            .contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }

    /// Whether two values are the same, as those of different types never are; nil when it takes
    /// too long.
    private mutating func equal(_ left: JSONValue, _ right: JSONValue) -> Bool? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            guard spend(min(left.utf8.count, right.utf8.count)) else { return nil }
            return left.utf8.elementsEqual(right.utf8)
        case (.integer, .decimal), (.decimal, .integer), (.integer, .integer),
            (.decimal, .decimal):
            guard spend(1) else { return nil }
            return order(left, right) == 0
        case (.bool(let left), .bool(let right)): return left == right
        case (.null, .null): return true
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) {
                guard let isEqual = equal(left, right) else { return nil }
                guard isEqual else { return false }
            }
            return true
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            for member in left {
                guard spend(member.key.utf8.count) else { return nil }
                guard let other = right[member.key] else { return false }
                guard let isEqual = equal(member.value, other) else { return nil }
                guard isEqual else { return false }
            }
            return true
        default: return spend(1) ? false : nil
        }
    }

    /// -1, 0 or 1 for two numbers, or two texts by their bytes; nil for anything else.
    private mutating func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        if let left = left.string, let right = right.string {
            guard spend(min(left.utf8.count, right.utf8.count)) else { return nil }
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        }
        // Integers keep all their digits; a double that is one within 64 bits is compared as one.
        if let left = left.integer, let right = right.integer {
            return left == right ? 0 : left < right ? -1 : 1
        }
        guard let left = left.double, let right = right.double else { return nil }
        return left == right ? 0 : left < right ? -1 : 1
    }
}

/// Why a rule could not be judged.
public struct AttributeError: Sendable, Hashable {
    /// What was in the way.
    public enum Reason: String, Sendable, Hashable {
        /// Neither the store nor the question has the attribute.
        case attributeMissing = "ATTRIBUTE_MISSING"
        /// The values are of types that don't compare so.
        case wrongType = "WRONG_TYPE"
        /// It would take too long.
        case workExceeded = "WORK_EXCEEDED"
        /// An earlier version wrote what this one can't read.
        case unreadable = "UNREADABLE"
    }

    /// The condition's place in the rule.
    public let pointer: String
    /// What was in the way.
    public let reason: Reason
}
