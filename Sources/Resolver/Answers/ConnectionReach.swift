public import JSON
public import Model
public import Policy

/// Who can reach a connection through one binding (API section 10, "Other shapes").
public struct ConnectionReach: Sendable, Hashable {
    /// The config's line.
    public let line: ConfigLineID
    /// The config's version.
    public let version: Int
    /// The index of the binding in the config's list.
    public let bindingIndex: Int
    /// The slot.
    public let slot: SlotID
    /// The workflows that the binding admits; nil for every one.
    public let workflows: [Pattern]?
    /// The operations that it serves.
    public let operations: [OperationID]
    /// The capabilities that it serves.
    public let capabilities: [CapabilityKey]
    /// The rules that keep some of the workflows out; at most `RuleNote.missCountMax`.
    public let narrowing: [RuleNote]

    /// The entry as the API writes it; every workflow is the pattern `*`.
    public func json(for audience: RuleNote.Audience) -> JSONValue {
        .object([
            "blueprint": .string(line.blueprint.text),
            "environment": .string(line.environment.text),
            "version": .integer(Int64(version)), "slotId": .string(slot.text),
            "workflows": .array(workflows.map { $0.map { .string($0.text) } } ?? ["*"]),
            "operations": .array(operations.map { .string($0.text) }),
            "capabilities": .array(capabilities.map { .string($0.text) }),
            "narrowedBy": .array(narrowing.map { .object($0.name(for: audience)) }),
        ])
    }
}

extension BindingTable {
    /// The bindings to a connection, in the order written.
    ///
    /// - Complexity: O(these bindings).
    public func bindings(to connection: ConnectionID) -> [Int] {
        connectionPlaces[connection].map { bindingChains[$0] } ?? []
    }

    /// Who reaches a binding's connection through it.
    ///
    /// The rules about the circumstances of a call are not asked: it is about no call in particular.
    ///
    /// - Parameters:
    ///   - index: The binding's index.
    ///   - wanted: The one operation that it is about; nil for all.
    ///   - stepCount: Grows by what it cost, in steps of one byte compared.
    /// - Returns: nil when scopes and rules leave nobody, as far as `ScopeStanding` shows it.
    /// - Complexity: O(capabilities of the slot × rules over each).
    public func reach(
        through index: Int,
        for wanted: OperationID? = nil,
        stepCount: inout Int
    ) -> ConnectionReach? {
        guard let slot = bindings[index].slot else { return nil }
        var capabilities: [CapabilityKey] = []
        var operations: [OperationID] = []
        var narrowing: [RuleNote] = []
        for requirement in blueprint.slots[slot].capabilities {
            guard let seat = seat(requirement.key, slot), offers(wanted, index, seat),
                let operation = passing(index, seat, &stepCount)?.operation
            else { continue }
            let standing = standing(index, seat, &stepCount)
            guard !standing.isClosed else { continue }
            capabilities.append(requirement.key)
            if !operations.contains(operation) { operations.append(operation) }
            narrowing += standing.narrowing.filter { !narrowing.contains($0) }
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
            narrowing: Array(narrowing.prefix(RuleNote.missCountMax))
        )
    }

    /// Whether the binding's spec brings the operation to the seat.
    private func offers(_ wanted: OperationID?, _ index: Int, _ seat: Seat) -> Bool {
        guard let wanted else { return true }
        return bindings[index].specInSlot
            .map { offers[seat.firstOffer + $0].operation == wanted } ?? false
    }

    /// What rules leave of the binding's scope.
    private func standing(_ index: Int, _ seat: Seat, _ stepCount: inout Int) -> ScopeStanding {
        let bound = bindings[index]
        guard let place = bound.specInSlot,
            let mode = connections[bound.connection].observed?.connection.mode
        else { return .open }
        return offers[seat.firstOffer + place].policies
            .standing(
                of: config.bindings[index].scope.workflows,
                connection: config.bindings[index].connection,
                mode: mode,
                stepCount: &stepCount
            )
    }
}
