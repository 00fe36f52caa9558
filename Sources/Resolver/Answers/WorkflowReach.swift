public import JSON
public import Model

/// What a workflow may use through one binding for one capability.
public struct WorkflowReach: Sendable, Hashable {
    /// The config's line.
    public let line: ConfigLineID
    /// The config's version.
    public let version: Int
    /// The capability.
    public let capability: CapabilityKey
    /// The operation that serves it.
    public let operation: OperationID?
    /// The slot.
    public let slot: SlotID
    /// The connection.
    public let connection: ConnectionID
    /// Whether it serves, would in another's place, or cannot now.
    public let outcome: Candidate.Outcome

    /// The entry as the API writes it.
    public var json: JSONValue {
        .object([
            "blueprint": .string(line.blueprint.text),
            "environment": .string(line.environment.text),
            "version": .integer(Int64(version)), "capability": .string(capability.text),
            "operation": operation.map { .string($0.text) } ?? .null,
            "slotId": .string(slot.text), "connectionId": .string(connection.text),
            "outcome": .string(outcome.rawValue),
        ])
    }
}

extension BindingTable {
    /// What a workflow may use for a capability: the candidates that scopes and rules permit, in
    /// the order of rule 4; each with its place among all that its scopes admit, which stays as long
    /// as the config does.
    ///
    /// The rules about the circumstances of a call are not asked: it is about no call in
    /// particular. `stepCount` grows by what it cost, in steps of one byte compared.
    ///
    /// - Complexity: that of one decision.
    public func reach(
        of workflow: WorkflowName,
        _ capability: CapabilityKey,
        isOpen: BreakerCheck = { _, _ in false },
        stepCount: inout Int
    ) -> [(place: Int, reach: WorkflowReach)] {
        let found = resolve(
            capability,
            workflow,
            .admitted,
            nil,
            isOpen: isOpen,
            stepCount: &stepCount
        )
        return (found?.candidates ?? []).enumerated().filter { $0.element.isPermitted }
            .map { place, candidate in
                let reach = WorkflowReach(
                    line: config.line,
                    version: versionNumber,
                    capability: capability,
                    operation: candidate.operation,
                    slot: candidate.slot,
                    connection: candidate.connectionID,
                    outcome: candidate.outcome
                )
                return (place, reach)
            }
    }
}
