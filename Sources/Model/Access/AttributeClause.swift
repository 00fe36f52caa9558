import JSON

/// The part of a rule that makes it an attribute rule: about which questions it is, and under which
/// conditions it decides them.
///
/// An attribute rule decides AuthZEN's questions about a tenant's entities, and has no say in the
/// calls of workflows.
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
                    "is about calls of workflows, in which rules with attributes have no say"
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
    }
}
