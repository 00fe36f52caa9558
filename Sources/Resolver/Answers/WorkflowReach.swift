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

/// Who may use an operation through one binding.
public struct OperationReach: Sendable, Hashable {
    /// The binding's reach, of which `operations` is the one that was asked for.
    public let binding: ConnectionReach
    /// The connection.
    public let connection: ConnectionID
    /// The workflows known by name that scopes and rules permit, sorted.
    public let permitted: [WorkflowName]

    /// The entry as the API writes it; `workflows` are the scope's patterns.
    public var json: JSONValue {
        var object = binding.json.object ?? [:]
        object["connectionId"] = .string(connection.text)
        object["permittedWorkflows"] = .array(permitted.map { .string($0.text) })
        return .object(object)
    }
}

extension BindingTable {
    /// What a workflow may use: the candidates of every capability that scopes and rules permit, by
    /// capability in the blueprint's order, then in the order of rule 4.
    ///
    /// The rules about the circumstances of a call are not asked: it is about no call in
    /// particular.
    ///
    /// - Complexity: O(capabilities + bindings that admit the workflow).
    public func reach(
        of workflow: WorkflowName,
        isOpen: (ConnectionID) -> Bool = { _ in false }
    ) -> [WorkflowReach] {
        capabilities.flatMap { capability -> [WorkflowReach] in
            let found = resolve(
                capability: capability,
                workflow: workflow,
                listing: .admitted,
                isOpen: isOpen
            )
            return (found?.candidates ?? []).filter(\.isPermitted)
                .map { candidate in
                    WorkflowReach(
                        line: config.line,
                        version: versionNumber,
                        capability: capability,
                        operation: candidate.operation,
                        slot: candidate.slot,
                        connection: candidate.connectionID,
                        outcome: candidate.outcome
                    )
                }
        }
    }

    /// Who may use an operation: an entry for each binding that serves it for some workflow, in the
    /// order written.
    ///
    /// - Complexity: O(bindings of the operation's slots + known workflows × bindings that admit each).
    public func reach(of operation: OperationID) -> [OperationReach] {
        var permitted: [Int: [WorkflowName]] = [:]
        for workflow in workflowNames {
            let found = resolve(operation: operation, workflow: workflow, listing: .admitted)
            for candidate in found.candidates where candidate.isPermitted {
                permitted[candidate.bindingIndex, default: []].append(workflow)
            }
        }
        var indices: Set<Int> = []
        for seat in operations[operation] ?? [] {
            indices.formUnion(
                slots[seat.slot].bindings.filter { bindings[$0].specInSlot == seat.specInSlot }
            )
        }
        return indices.sorted()
            .compactMap { index in
                guard let reach = reach(through: index)?.narrowed(to: operation) else { return nil }
                return OperationReach(
                    binding: reach,
                    connection: config.bindings[index].connection,
                    permitted: permitted[index] ?? []
                )
            }
    }

    /// The operations that some binding may serve.
    public var servedOperations: [OperationID] { Array(operations.keys) }
}
