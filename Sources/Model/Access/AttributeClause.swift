import JSON

/// The part of a rule that makes it an attribute rule: about which questions it is, and under which
/// conditions it decides them.
///
/// An attribute rule decides AuthZEN's questions about a tenant's entities. One that names the
/// types `workflow` and `connection` is about the calls of workflows too, which it narrows.
public struct AttributeClause: Sendable, Hashable {
    /// Patterns of the subject's type; empty matches all.
    public let subjectTypes: [Pattern]
    /// Patterns of the action's name; empty matches all.
    public let actions: [Pattern]
    /// Patterns of the resource's type; empty matches all.
    public let resourceTypes: [Pattern]
    /// What must hold; nil for nothing.
    public let when: Condition?
    /// What must not hold; nil for nothing.
    public let unless: Condition?

    /// The type of the subjects of calls.
    public static let callSubjectType = "workflow"
    /// The type of the resources of calls.
    public static let callResourceType = "connection"

    /// Whether it is about the calls of workflows: it names both types, not by a pattern.
    public var isOverCalls: Bool {
        subjectTypes.contains { $0.text == Self.callSubjectType }
            && resourceTypes.contains { $0.text == Self.callResourceType }
    }

    /// Whether it is about calls and nothing else, so that all its attributes are known.
    private var isOverCallsAlone: Bool {
        isOverCalls && subjectTypes.count == 1 && resourceTypes.count == 1
    }

    /// The attributes that calls have; of an action and a context they are free.
    private static let callAttributes: [AttributePath.Part: Set<String>] = [
        .subject: ["type", "id", "tenantId", "blueprint", "environment"],
        .resource: [
            "type", "id", "slot", "integration", "category", "environment", "ownershipMode", "tags",
        ],
    ]

    /// The lists in `match` that only attribute rules have.
    static let lists: Set<String> = ["subjectTypes", "actions", "resourceTypes"]

    /// Reads the clause; nil when the rule has none of its parts.
    init?(_ rule: ObjectReader, _ match: ObjectReader?) {
        let names = match?.object.keys ?? []
        let isClause =
            rule.value("when") != nil || rule.value("unless") != nil
            || names.contains(where: Self.lists.contains)
        guard isClause else { return nil }
        for name in names where !Self.lists.contains(name) && PolicyRule.lists.contains(name) {
            match?
                .error(
                    .invalidValue,
                    name,
                    "is a list of rules without attributes: say it with subjectTypes, actions, "
                        + "resourceTypes or a condition"
                )
        }
        subjectTypes = match?.patterns("subjectTypes") ?? []
        actions = match?.patterns("actions") ?? []
        resourceTypes = match?.patterns("resourceTypes") ?? []
        func condition(_ key: String) -> Condition? {
            rule.value(key)
                .map { json in
                    var reader = ConditionReader(issues: rule.issues)
                    return reader.read(json, at: rule.place(key))
                }
        }
        when = condition("when")
        unless = condition("unless")
        if isOverCallsAlone {
            for condition in [when, unless] { condition.map { Self.check($0, rule.issues) } }
        }
    }

    /// Reports attributes that no call has.
    private static func check(_ condition: Condition, _ issues: IssueList) {
        switch condition.kind {
        case .all(let conditions), .any(let conditions):
            for condition in conditions { check(condition, issues) }
        case .not(let inner): check(inner, issues)
        case .exists, .compare, .unreadable:
            for path in condition.attributes {
                guard let known = callAttributes[path.part], let name = path.names.first,
                    !known.contains(name)
                else { continue }
                issues.error(
                    .unknownField,
                    at: JSONPointer(condition.pointer) ?? .root,
                    "names \(path.text), which no call of a workflow has; of its \(path.part.rawValue) "
                        + "there are \(known.sorted().joined(separator: ", "))",
                    suggestion: Spelling.nearest(to: name, in: known).map { "did you mean \($0)?" }
                )
            }
        }
    }
}
