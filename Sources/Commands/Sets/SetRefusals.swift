import JSON
import Model

/// What is refused of a set, object by object, so that all of it is told at once.
struct SetRefusals {
    /// The most objects that are named; more are counted.
    static let countMax = 100
    /// The most errors that are told of all of them together.
    static let issueCountMax = 1000

    private var named: [(place: String, error: CommandError)] = []
    private var count = 0
    private var kinds: Set<SetMember.Kind> = []

    /// Notes why a member is refused.
    ///
    /// - Throws: What is no fault of the object: a right that is missing, a store that can't.
    mutating func note(_ error: CommandError, of member: SetMember) throws(CommandError) {
        guard error.kind == .invalid || error.kind == .conflict else { throw error }
        kinds.insert(member.kind)
        count += 1
        if named.count < Self.countMax { named.append((member.place.text, error)) }
    }

    /// Whether objects that this kind needs are refused: what it is refused for could be their
    /// fault.
    func reach(_ kind: SetMember.Kind) -> Bool { !kinds.isDisjoint(with: kind.needs) }

    /// Refuses the set when something of it is refused.
    ///
    /// - Throws: The first refusal, with the errors of all of them and `refused`, which names each.
    func check() throws(CommandError) {
        guard let first = named.first?.error else { return }
        var members = first.members
        members["refused"] = .array(
            named.map { place, error in
                [
                    "pointer": .string(place), "code": .string(error.code),
                    "detail": .string(error.detail),
                ]
            }
        )
        members["refusedCount"] = .integer(Int64(count))
        let more = count > 1 ? " (and \(count - 1) more objects are refused)" : ""
        throw CommandError(
            first.kind,
            first.code,
            first.detail + more,
            issues: Array(named.flatMap(\.error.issues).prefix(Self.issueCountMax)),
            members: members,
            retryAfterSeconds: first.retryAfterSeconds
        )
    }
}

extension SetMember.Kind {
    /// The kinds whose objects an object of this kind names.
    fileprivate var needs: Set<SetMember.Kind> {
        switch self {
        case .integrationSpec, .blueprint, .entity, .policy: []
        case .connection: [.integrationSpec]
        case .config: [.integrationSpec, .blueprint, .connection]
        }
    }
}
