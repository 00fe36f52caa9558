import Model

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
}

extension BindingTable {
    /// Those that stand for the capability, of all slots that require it, in the order written.
    func standings(for capability: CapabilityKey) -> [Standing] {
        let seats = seats[capability] ?? []
        let standings = seats.flatMap { seat in
            slots[seat.slot].bindings.compactMap { standing($0, seat) }
        }
        return seats.count < 2 ? standings : standings.sorted { $0.binding < $1.binding }
    }

    private func standing(_ index: Int, _ seat: Seat) -> Standing? {
        let bound = bindings[index]
        guard let specInSlot = bound.specInSlot else { return nil }
        let offer = seat.firstOffer + specInSlot
        guard !bound.reasons.union(offers[offer].reasons).isDropping,
            let operation = offers[offer].operation,
            let closeness = Specificity.of(operation.text, in: list(index))
        else { return nil }
        return Standing(binding: index, offer: offer, operation: closeness)
    }

    private func list(_ index: Int) -> [Pattern]? { config.bindings[index].scope.operations }
}
