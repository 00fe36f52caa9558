import JSON
import Model

extension ReportRun {
    /// The entries of each scope.
    mutating func checkScopes() {
        var aliases = AliasIndex(table.blueprint.workflows)
        for (index, binding) in table.config.bindings.enumerated() {
            let place = Self.place(index).appending("scope")
            for (item, pattern) in (binding.scope.workflows ?? []).enumerated() {
                let place = place.appending("workflows").appending(item)
                checkBreadth(pattern, place)
                if !aliases.matches(pattern) { warnUnknown(pattern, place) }
            }
            for (item, pattern) in (binding.scope.operations ?? []).enumerated() {
                checkBreadth(pattern, place.appending("operations").appending(item))
            }
        }
        guard aliases.isExhausted else { return }
        draft.add(
            .info,
            .limitExceeded,
            at: .root.appending("integrations"),
            "the scopes hold too many patterns to compare all of them with the workflows",
            suggestion: "use fewer patterns, or exact names"
        )
    }

    /// A bare `*`, or a pattern with fewer than three literal characters.
    private mutating func checkBreadth(_ pattern: Pattern, _ place: JSONPointer) {
        guard !pattern.isExact, pattern.literalCount < 3 else { return }
        draft.add(
            .warning,
            .broadWildcard,
            at: place,
            "the pattern \(pattern.text) admits nearly everything",
            suggestion: "name what is meant, or a longer part of it"
        )
    }

    private mutating func warnUnknown(_ pattern: Pattern, _ place: JSONPointer) {
        draft.add(
            .warning,
            .unknownWorkflow,
            at: place,
            "\(pattern.text) matches no workflow of the blueprint",
            suggestion: Self.didYouMean(
                pattern.text,
                table.blueprint.workflows.map(\.text),
                else: "use a workflow's alias of the blueprint, or add it there"
            )
        )
    }

    /// Bindings that only the written order separates.
    mutating func checkAmbiguity() {
        let severity: Issue.Severity =
            table.environment.tier == .production ? .error : .warning
        for ambiguity in AmbiguityFinder.ambiguities(in: table) {
            let other = ambiguity.earlier
            draft.add(
                severity,
                .ambiguousBinding,
                at: Self.place(ambiguity.later),
                "only the written order separates it from /integrations/\(other),"
                    + " for \(ambiguity.capability.text)",
                suggestion: "give one of them a smaller priority, or narrow its scope.workflows"
            )
        }
    }

    /// Bindings that never win.
    mutating func checkShadows() {
        for shadow in ShadowFinder.shadows(in: table) {
            let detail =
                shadow.cover.map {
                    "never wins: /integrations/\($0) comes first wherever it serves"
                }
                ?? "never wins: its scope admits no workflow, or none of its operations"
            draft.add(
                .warning,
                .shadowedBinding,
                at: Self.place(shadow.binding),
                detail,
                suggestion: shadow.cover == nil
                    ? "widen its scope, or remove it"
                    : "change priority or scope, or keep it on purpose as a fallback"
            )
        }
    }
}
