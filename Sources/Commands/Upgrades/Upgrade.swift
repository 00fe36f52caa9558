import Ledger
import Model

/// An upgrade of a blueprint: from which version to which, as planned at a revision.
struct Upgrade: Sendable {
    /// The version that configs are of.
    let from: Blueprint
    /// The version that they are to be of.
    let to: Blueprint
    /// The plan.
    let plan: UpgradePlanID

    /// The upgrade, planned now or as `plan` says.
    ///
    /// - Throws: `NOT_FOUND` without the old version; `BLUEPRINT_NOT_FOUND` without the new one;
    ///   `PLAN_STALE` when the plan is of something else.
    init(
        _ from: BlueprintID,
        to version: ObjectVersion,
        plan: UpgradePlanID?,
        _ state: State
    ) throws(CommandError) {
        guard let old = state.catalog.blueprints[from]?.value else {
            throw .notFound("such blueprint")
        }
        guard let new = state.catalog.blueprints[BlueprintID(name: from.name, version: version)]
        else {
            throw CommandError(
                .notFound,
                "BLUEPRINT_NOT_FOUND",
                "There is no blueprint \(from.name.text) in version \(version.text)."
            )
        }
        let revision = plan?.revision ?? state.revision
        let made = UpgradePlanID(revision, from: old, to: new.value)
        if let plan, plan != made || revision > state.revision {
            throw CommandError(
                .conflict,
                "PLAN_STALE",
                "The plan is of other versions, or one of them was written anew since: plan again."
            )
        }
        (self.from, to, self.plan) = (old, new.value, made)
    }

    /// The line of the blueprint in an environment.
    func line(_ environment: EnvironmentName) -> ConfigLineID {
        ConfigLineID(blueprint: from.id.name, environment: environment)
    }
}

/// Where a line stands in an upgrade.
enum UpgradeStanding: Sendable {
    /// What is published is of the old version, and did not move since the plan.
    case open(base: Stored<ConfigVersion>)
    /// The same, with a draft of the new version that the upgrade made beside it.
    case drafted(base: Stored<ConfigVersion>, draft: Int)
    /// What is published is of the new version.
    case done(version: Int)
    /// Something else was published since the plan, or what was is no longer live.
    case moved(version: Int?)
    /// Only drafts and previews are of the old version.
    case unpublished

    /// How it is counted.
    enum Count: String, Sendable, CaseIterable {
        case open, drafted, done, conflict, unpublished
    }

    /// How it is counted.
    var count: Count {
        switch self {
        case .open: .open
        case .drafted: .drafted
        case .done: .done
        case .moved: .conflict
        case .unpublished: .unpublished
        }
    }
}

extension Upgrade {
    /// Where a line stands; nil when the upgrade is not about it.
    ///
    /// A version's revision is that of its last step: what is published on the old version and has not
    /// moved since the plan is what the plan looked at.
    func standing(of line: ConfigLine) -> UpgradeStanding? {
        let published = line.published
        if let published, published.value.config.blueprint == from.id {
            guard published.revision <= plan.revision else {
                return .moved(version: published.value.number)
            }
            guard let draft = draft(of: line, for: published.value.number) else {
                return .open(base: published)
            }
            return .drafted(base: published, draft: draft)
        }
        let isDone = published?.value.config.blueprint == to.id
        var isUnpublished = false
        for version in line.versions.values where version.value.config.blueprint == from.id {
            switch version.value.status {
            case .superseded, .archived:
                guard version.revision > plan.revision, wasLive(version, line) else { continue }
                let number = published?.value.number
                return isDone ? number.map { .done(version: $0) } : .moved(version: number)
            case .draft, .preview: isUnpublished = true
            case .published: continue
            }
        }
        return isUnpublished && !isDone ? .unpublished : nil
    }

    /// Whether a version that is put away was published before: a draft may be archived as well.
    private func wasLive(_ version: Stored<ConfigVersion>, _ line: ConfigLine) -> Bool {
        version.value.status == .superseded
            || line.history.contains {
                $0.version == version.value.number && $0.from == .published
            }
    }

    /// The newest draft, or preview, that this upgrade made of the published version.
    private func draft(of line: ConfigLine, for base: Int) -> Int? {
        line.versions.values
            .filter {
                $0.value.origin == .migration(from: base, of: from.id.version)
                    && $0.value.config.blueprint == to.id
                    && ($0.value.status == .draft || $0.value.status == .preview)
            }
            .map(\.value.number).max()
    }
}
