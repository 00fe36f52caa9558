public import Model
public import Policy

/// A binding that could serve what was asked for, and what became of it.
public struct Candidate: Sendable {
    /// What became of a candidate.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It serves.
        case winner
        /// It would serve if those before it could not.
        case fallback
        /// It is permitted and cannot serve now.
        case unavailable
        /// It is not permitted, or does not fit.
        case dropped
    }

    private let table: BindingTable
    private let slotPlace: Int
    private let offerPlace: Int?
    private let reasonSet: ReasonSet
    let rank: CandidateRank
    /// The rules that have a part in it.
    public let notes: [RuleNote]
    /// What became of it.
    public internal(set) var outcome: Outcome

    init(
        table: BindingTable,
        slot: Int,
        offer: Int?,
        rank: CandidateRank,
        reasons: ReasonSet,
        notes: [RuleNote]
    ) {
        self.table = table
        self.slotPlace = slot
        self.offerPlace = offer
        self.rank = rank
        self.notes = notes
        self.reasonSet = reasons
        self.outcome =
            reasons.isEmpty ? .fallback : reasons.isDropping ? .dropped : .unavailable
    }

    /// The candidate, forbidden because the conditions on its call could not be judged in time.
    var denied: Candidate {
        var reasons = reasonSet
        reasons.insert(.forbiddenByPolicy)
        return Candidate(
            table: table,
            slot: slotPlace,
            offer: offerPlace,
            rank: rank,
            reasons: reasons,
            notes: notes
        )
    }

    /// The candidate, as if it was not known yet who wins.
    var unplaced: Candidate {
        var candidate = self
        if outcome == .winner { candidate.outcome = .fallback }
        return candidate
    }

    /// The index of the binding in the config's list.
    public var bindingIndex: Int { rank.bindingIndex }
    /// The binding.
    public var binding: Binding { table.config.bindings[bindingIndex] }
    /// The slot.
    public var slot: SlotID { table.blueprint.slots[slotPlace].id }
    /// The id that the binding names, whether or not there is such a connection.
    public var connectionID: ConnectionID { table.config.bindings[bindingIndex].connection }
    /// Its place in the order, as the binding says it.
    public var priority: Int? { table.config.bindings[bindingIndex].priority }
    /// What it may be used for.
    public var scope: Scope { table.config.bindings[bindingIndex].scope }
    /// The operation that it serves; nil when its spec is missing or does not provide one.
    public var operation: OperationID? { offerPlace.flatMap { table.offers[$0].operation } }
    /// The connection and its health; nil when the tenant has none of this id.
    public var observed: ObservedConnection? { bound.observed }
    /// The connection; nil when the tenant has none of this id.
    public var connection: Connection? { bound.observed?.connection }
    /// The connection's spec; nil when it is not registered.
    public var spec: IntegrationSpec? { bound.spec.flatMap { table.specs[$0] } }

    private var bound: BoundConnection {
        table.connections[table.bindings[bindingIndex].connection]
    }

    /// The call as rules see it; nil where its spec or its operation is not known.
    public var call: PolicyCall? {
        offerPlace.flatMap { table.call(bindingIndex, offer: $0, slot: slotPlace) }
    }

    /// The environment of the config.
    var environment: EnvironmentName { table.environment.name }
    /// What the slot asks for.
    var slotRules: Blueprint.Slot { table.blueprint.slots[slotPlace] }

    /// Why it does not serve, in the order of rule 3; empty for the winner and its fallbacks.
    public var reasons: [Reason] { reasonSet.reasons }
    /// The reasons that are not the rules' own.
    var ownReasons: [Reason] { reasonSet.subtracting(.policy).reasons }
    /// Whether something drops it that no rule says.
    var isDroppedByItself: Bool { reasonSet.subtracting(.policy).isDropping }
    /// Whether scopes and policies permit it and it fits, available or not.
    public var isPermitted: Bool { outcome != .dropped }
}
