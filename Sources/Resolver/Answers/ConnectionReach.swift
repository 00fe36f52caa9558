public import JSON
public import Model

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

    /// The capabilities with their operations, parallel to `capabilities`.
    let servedBy: [OperationID]

    /// The same for one of its operations; nil when it is none of them.
    func narrowed(to operation: OperationID) -> ConnectionReach? {
        let served = zip(capabilities, servedBy).filter { $0.1 == operation }
        guard !served.isEmpty else { return nil }
        return ConnectionReach(
            line: line,
            version: version,
            bindingIndex: bindingIndex,
            slot: slot,
            workflows: workflows,
            operations: [operation],
            capabilities: served.map(\.0),
            servedBy: served.map(\.1)
        )
    }

    /// The entry as the API writes it; every workflow is the pattern `*`.
    public var json: JSONValue {
        .object([
            "blueprint": .string(line.blueprint.text),
            "environment": .string(line.environment.text),
            "version": .integer(Int64(version)), "slotId": .string(slot.text),
            "workflows": .array(workflows.map { $0.map { .string($0.text) } } ?? ["*"]),
            "operations": .array(operations.map { .string($0.text) }),
            "capabilities": .array(capabilities.map { .string($0.text) }),
        ])
    }
}
