import JSON
import Ledger
import Model

/// The life of a config's version, as one table (API section 1), and how a step is written.
enum ConfigLifecycle {
    /// What moves a version.
    enum Step: String, Sendable {
        case preview
        case publish
        case archive

        /// Where it leads.
        var target: ConfigVersion.Status {
            switch self {
            case .preview: .preview
            case .publish: .published
            case .archive: .archived
            }
        }

        /// Where it may start.
        var sources: Set<ConfigVersion.Status> {
            switch self {
            case .preview: [.draft]
            case .publish: [.draft, .preview]
            case .archive: [.draft, .preview, .published, .superseded]
            }
        }
    }

    /// Checks that a version may take the step.
    ///
    /// - Returns: Whether there is anything to do: a version that stands there already stays.
    /// - Throws: `INVALID_TRANSITION`.
    static func check(_ version: ConfigVersion, _ step: Step) throws(CommandError) -> Bool {
        if version.status == step.target { return false }
        guard step.sources.contains(version.status) else {
            throw CommandError(
                .conflict,
                "INVALID_TRANSITION",
                "A version that is \(version.status.rawValue) has no \(step.rawValue)."
            )
        }
        return true
    }

    /// What a version is answered that goes live in production and was not looked at before.
    static let unseen = CommandError(
        .conflict,
        "PREVIEW_REQUIRED",
        "In production a version is previewed, or promoted, before it is published."
    )

    /// The changes of a step: the version, its place in the history, what it takes the place of, and
    /// what becomes of the change request that let it.
    static func changes(
        _ version: Stored<ConfigVersion>,
        _ step: Step,
        on target: ConfigScope,
        _ line: ConfigLine,
        _ stamp: Ledger.Stamp,
        actor: String,
        reason: String?,
        permit: ReleasePermit
    ) -> (changes: [Change], moved: Stored<ConfigVersion>) {
        var changes = step == .publish ? permit.changes : []
        if step == .publish, let old = line.published, old.value.number != version.value.number {
            let reason = "superseded by version \(version.value.number)"
            let move = Move(target: target, stamp: stamp, actor: actor, reason: reason)
            changes += move.changes(old, to: .superseded).changes
        }
        var move = Move(target: target, stamp: stamp, actor: actor, reason: reason)
        if step == .publish { move.breakGlass = permit.breakGlass?.reason }
        let result = move.changes(version, to: step.target)
        return (changes + result.changes, result.moved)
    }

    private struct Move {
        let target: ConfigScope
        let stamp: Ledger.Stamp
        let actor: String
        let reason: String?
        var breakGlass: String?

        func changes(
            _ version: Stored<ConfigVersion>,
            to status: ConfigVersion.Status
        ) -> (changes: [Change], moved: Stored<ConfigVersion>) {
            var value = version.value
            let from = value.status
            value.status = status
            if status == .preview { value.wasPreviewed = true }
            let moved = Stored(
                value,
                revision: stamp.revision,
                createdAt: version.createdAt,
                updatedAt: stamp.now
            )
            let step = ConfigTransition(
                version: value.number,
                from: from,
                to: status,
                actor: actor,
                at: stamp.now,
                reason: reason,
                breakGlass: breakGlass
            )
            let line = target.line
            return (
                [.putConfigVersion(moved), .addTransition(target.scope.tenant, line, step)], moved
            )
        }
    }
}

extension ConfigVersion {
    /// Whether somebody looked at it before it goes live.
    var wasSeen: Bool { status == .preview || origin?.isReviewed ?? false }
}
