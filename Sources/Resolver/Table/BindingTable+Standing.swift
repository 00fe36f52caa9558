public import Model

extension BindingTable {
    /// The required slots of which some capability has no candidate that passes for any workflow
    /// (API section 10, "Missing"): availability does not count, nor do rules that list workflows.
    ///
    /// - Complexity: O(bindings × capabilities of their slots).
    public var missingSlots: [SlotID] {
        blueprint.slots.indices.filter { blueprint.slots[$0].isRequired && isMissing($0) }
            .map { blueprint.slots[$0].id }
    }

    private func isMissing(_ slot: Int) -> Bool {
        let capabilities = blueprint.slots[slot].capabilities
        return slots[slot].bindings.isEmpty || capabilities.contains { !isServed($0.key, slot) }
    }

    private func isServed(_ capability: CapabilityKey, _ slot: Int) -> Bool {
        guard let seat = seat(capability, slot) else { return false }
        var stepCount = 0
        return slots[slot].bindings.contains { passing($0, seat, &stepCount) != nil }
    }

    func seat(_ capability: CapabilityKey, _ slot: Int) -> Seat? {
        seats[capability]?.first { $0.slot == slot }
    }

    /// The candidate that a binding is, unless it is dropped for every workflow; rules that list
    /// workflows do not count.
    func passing(_ index: Int, _ seat: Seat, _ stepCount: inout Int) -> Candidate? {
        var list = CandidateList(self, nil)
        let bound = bindings[index]
        let offer = bound.specInSlot.map { seat.firstOffer + $0 }
        let closest = bound.closestWorkflow
        list.add(index, slot: seat.slot, offer: offer, closest, isOpen: { _, _ in false })
        stepCount += list.stepCount
        return list.candidates.first { $0.isPermitted }
    }
}
