import Model
import Policy

/// A binding that would be a candidate for a capability whatever the rules say and however its
/// connection does: what ambiguity and shadows are judged among.
struct Standing {
    /// The binding's index.
    let binding: Int
    /// What its spec brings.
    let offer: Int
    /// How closely its scope names its operation.
    let operation: Specificity

    /// What it stands for, whatever the spec.
    struct Key: Hashable {
        let binding: Int
        let operation: Specificity
    }

    var key: Key { Key(binding: binding, operation: operation) }

    /// What it costs to judge a binding and to tell it from others, in steps.
    static let stepCount = 24
}

/// What decides which of a slot's bindings stand for a capability.
///
/// Most capabilities of a slot agree in it, so that bindings are judged once for all of these.
struct StandingSource: Hashable {
    /// What a spec of the slot brings.
    enum Part: Hashable {
        /// Nothing that could serve.
        case nothing
        /// An operation, whichever: no binding of the slot tells operations apart.
        case anything
        case operation(OperationID)
    }

    let slot: Int
    /// Parallel to the slot's specs.
    let parts: [Part]
}

extension BindingTable {
    /// What decides which bindings stand for the capability; nil when the budget is exceeded.
    func standingSources(
        for capability: CapabilityKey,
        _ budget: WorkBudget
    ) -> [StandingSource]? {
        var sources: [StandingSource] = []
        for seat in seats[capability] ?? [] {
            let slot = slots[seat.slot]
            guard budget.take(WorkBudget.lookupStepCount * (1 + slot.specs.count)) else {
                return nil
            }
            let parts = slot.specs.indices.map { place -> StandingSource.Part in
                let offer = offers[seat.firstOffer + place]
                guard !offer.reasons.isDropping, let operation = offer.operation else {
                    return .nothing
                }
                return slot.listsOperations ? .operation(operation) : .anything
            }
            sources.append(StandingSource(slot: seat.slot, parts: parts))
        }
        return sources
    }

    /// Whether rules may tell the capability's bindings apart.
    func hasRules(for capability: CapabilityKey) -> Bool {
        (seats[capability] ?? [])
            .contains { seat in
                slots[seat.slot].specs.indices
                    .contains {
                        !offers[seat.firstOffer + $0].policies.isEmpty
                    }
            }
    }

    /// Those that stand for the capability, of all slots that require it, in the order written; nil
    /// when the budget is exceeded.
    func standings(for capability: CapabilityKey, _ budget: WorkBudget) -> [Standing]? {
        let seats = seats[capability] ?? []
        var standings: [Standing] = []
        for seat in seats {
            for index in slots[seat.slot].bindings {
                guard budget.take(Standing.stepCount) else { return nil }
                if let standing = standing(index, seat, budget) { standings.append(standing) }
            }
        }
        return seats.count < 2 ? standings : standings.sorted { $0.binding < $1.binding }
    }

    private func standing(_ index: Int, _ seat: Seat, _ budget: WorkBudget) -> Standing? {
        let bound = bindings[index]
        guard let specInSlot = bound.specInSlot else { return nil }
        let offer = seat.firstOffer + specInSlot
        guard !bound.reasons.union(offers[offer].reasons).isDropping,
            let operation = offers[offer].operation
        else { return nil }
        var stepCount = 0
        let list = config.bindings[index].scope.operations
        let closeness = Specificity.of(operation.text, in: list, stepCount: &stepCount)
        budget.spend(stepCount)
        return closeness.map { Standing(binding: index, offer: offer, operation: $0) }
    }
}
