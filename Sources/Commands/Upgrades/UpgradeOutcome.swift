import JSON
import Model

/// What became of one line of an upgrade.
struct UpgradeOutcome: Sendable {
    /// What happened.
    enum Kind: String, Sendable, CaseIterable {
        /// A version of the new blueprint is published.
        case migrated
        /// A draft of the new blueprint stands beside what is published.
        case drafted
        /// It was there already.
        case done
        /// Something stops it, which the owner can mend.
        case blocked
        /// Something else was published since the plan.
        case conflict
        /// It could not be tried to its end: another run may do it.
        case failed
        /// Nothing is published there.
        case nothingToDo = "nothing-to-do"
    }

    let kind: Kind
    /// The version that was made, or that stands there.
    let version: Int?
    /// Why not.
    let error: CommandError?
    /// What each gate said; nil for what passes none.
    let gates: JSONValue?

    init(
        _ kind: Kind,
        version: Int? = nil,
        error: CommandError? = nil,
        gates: JSONValue? = nil
    ) {
        (self.kind, self.version, self.error) = (kind, version, error)
        self.gates = gates ?? error?.members["gates"]
    }

    /// The outcome as an item of an answer.
    func json(_ place: UpgradePlace) -> JSONValue {
        var object = place.members
        object["outcome"] = .string(kind.rawValue)
        object["base"] = place.standing.base.map { .integer(Int64($0.value.number)) }
        object["version"] = version.map { .integer(Int64($0)) }
        object["gates"] = gates
        if let error {
            object["code"] = .string(error.code)
            object["detail"] = .string(error.detail)
            let issues = error.issues.prefix(UpgradeItem.entryCountMax)
            if !issues.isEmpty { object["errors"] = .array(issues.map(\.json)) }
        }
        return .object(object)
    }
}
