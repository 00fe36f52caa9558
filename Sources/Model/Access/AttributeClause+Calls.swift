import JSON

/// What a rule over calls says of them before there is one.
extension AttributeClause {
    /// Whether its conditions look only at what is known before a call: the workflow, the operation
    /// and the connection; not at the circumstances, which every call has of its own.
    public var isKnownBeforehand: Bool {
        comparisons.allSatisfy { condition in
            guard condition.kind != .unreadable else { return false }
            return condition.attributes.allSatisfy { path in
                switch path.part {
                case .subject, .resource: true
                case .action: path.names == ["name"]
                case .context: false
                }
            }
        }
    }

    /// The names of workflows that its conditions write, and the beginnings and parts of names, as
    /// patterns.
    public var workflows: [Pattern] { comparisons.flatMap(\.workflows) }

    /// The conditions that are made of no others.
    private var comparisons: [Condition] {
        [when, unless].compactMap { $0 }.flatMap(\.comparisons)
    }
}

extension Condition {
    fileprivate var comparisons: [Condition] {
        switch kind {
        case .all(let conditions), .any(let conditions): conditions.flatMap(\.comparisons)
        case .not(let inner): inner.comparisons
        case .exists, .compare, .unreadable: [self]
        }
    }

    fileprivate var workflows: [Pattern] {
        guard case .compare(let comparison, let left, let right) = kind else { return [] }
        let literals: [String]
        switch (left, right) {
        case (.attribute(let path), .literal(let value)) where path.isSubjectID,
            (.literal(let value), .attribute(let path)) where path.isSubjectID:
            literals = value.array?.compactMap(\.string) ?? [value.string].compactMap { $0 }
        default: return []
        }
        // A star in a text is a star, in a pattern anything: no workflow has one in its name.
        return literals.filter { !$0.contains("*") }
            .compactMap { text in
                switch comparison {
                case .equal, .notEqual, .isIn: Pattern(text)
                case .startsWith: Pattern(text + "*")
                case .contains: Pattern("*" + text + "*")
                case .less, .lessOrEqual, .greater, .greaterOrEqual: nil
                }
            }
    }
}

extension AttributePath {
    fileprivate var isSubjectID: Bool { part == .subject && names == ["id"] }
}
