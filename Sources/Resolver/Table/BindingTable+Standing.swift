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
        return slots[slot].bindings.contains { passing($0, seat) != nil }
    }

    private func seat(_ capability: CapabilityKey, _ slot: Int) -> Seat? {
        seats[capability]?.first { $0.slot == slot }
    }

    /// The candidate that a binding is, unless it is dropped for every workflow.
    private func passing(_ index: Int, _ seat: Seat) -> Candidate? {
        var list = CandidateList(self, nil)
        let bound = bindings[index]
        let offer = bound.specInSlot.map { seat.firstOffer + $0 }
        let closest = bound.closestWorkflow
        list.add(index, slot: seat.slot, offer: offer, closest, isOpen: { _ in false })
        return list.candidates.first { $0.isPermitted }
    }

    /// What reaches a connection through this config: an entry for each binding to it that passes
    /// for some workflow, in the order written.
    ///
    /// - Complexity: O(bindings to the connection × capabilities of their slots).
    public func reach(of connection: ConnectionID) -> [ConnectionReach] {
        guard let place = connectionPlaces[connection] else { return [] }
        return bindingChains[place].compactMap { reach(through: $0) }
    }

    func reach(through index: Int) -> ConnectionReach? {
        guard let slot = bindings[index].slot else { return nil }
        var capabilities: [CapabilityKey] = []
        var servedBy: [OperationID] = []
        var operations: [OperationID] = []
        for requirement in blueprint.slots[slot].capabilities {
            guard let seat = seat(requirement.key, slot),
                let operation = passing(index, seat)?.operation
            else { continue }
            capabilities.append(requirement.key)
            servedBy.append(operation)
            if !operations.contains(operation) { operations.append(operation) }
        }
        guard !capabilities.isEmpty else { return nil }
        return ConnectionReach(
            line: config.line,
            version: versionNumber,
            bindingIndex: index,
            slot: blueprint.slots[slot].id,
            workflows: config.bindings[index].scope.workflows,
            operations: operations,
            capabilities: capabilities,
            servedBy: servedBy
        )
    }
}
