import JSON
import Model

extension ReportRun {
    /// The entries of each scope.
    mutating func checkScopes() {
        var aliases = AliasIndex(table.blueprint.workflows, budget)
        for (index, binding) in table.config.bindings.enumerated() {
            let place = Self.place(index).appending("scope")
            for (item, pattern) in (binding.scope.workflows ?? []).enumerated() {
                let place = place.appending("workflows").appending(item)
                checkBreadth(pattern, place)
                if let isKnown = aliases.matches(pattern) {
                    if !isKnown { warnUnknown(pattern, place) }
                } else {
                    unfinished.insert(.unknownWorkflow)
                }
            }
            for (item, pattern) in (binding.scope.operations ?? []).enumerated() {
                checkBreadth(pattern, place.appending("operations").appending(item))
            }
        }
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
                else: "use a workflow's alias of the blueprint, or add it there",
                guesses
            )
        )
    }

    /// Bindings that only the written order separates.
    ///
    /// Not to know is as bad as to know the worst: where the budget ended before all were compared,
    /// a wrong account might be used unseen, so that too stops a production config.
    mutating func checkAmbiguity() {
        let severity: Issue.Severity =
            table.environment.tier == .production ? .error : .warning
        if !findings.isComplete {
            unfinished.insert(.ambiguousBinding)
            draft.add(
                severity,
                .ambiguousBinding,
                at: .root.appending("integrations"),
                "the scopes are too many to compare: whether only the written order separates some"
                    + " of them is not known",
                suggestion: "use fewer entries in the scopes, or give the bindings priorities"
            )
        }
        for ambiguity in findings.ambiguities {
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
        guard let shadows = ShadowFinder.shadows(in: table, budget) else {
            unfinished.insert(.shadowedBinding)
            return
        }
        for shadow in shadows {
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

    /// Which findings the budget ended before: their absence means nothing.
    mutating func noteUnfinished() {
        guard !unfinished.isEmpty else { return }
        let names = unfinished.map(\.rawValue).sorted().joined(separator: ", ")
        draft.add(
            .info,
            .limitExceeded,
            at: .root.appending("integrations"),
            "the scopes are too many to compare in one report; not all was looked at for: \(names)",
            suggestion: "use fewer patterns, or exact names"
        )
    }
}
