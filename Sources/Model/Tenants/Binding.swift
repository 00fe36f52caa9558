public import JSON

/// A slot's connection, for some workflows and operations (seed step 3).
public struct Binding: Sendable, Hashable {
    /// The smallest priority; it goes first.
    public static let priorities = -1_000_000...1_000_000

    /// The slot of the blueprint.
    public let slot: SlotID
    /// The tenant's connection.
    public let connection: ConnectionID
    /// What it may be used for.
    public let scope: Scope
    /// Its place in the order, smaller first; nil comes after every number.
    public let priority: Int?
    /// Its own part of the merged config.
    public let config: JSONObject?
    /// Whether it says what it is for.
    public let isDescribed: Bool

    /// Reads a binding.
    init(reading json: JSONValue, at pointer: JSONPointer, issues: IssueList) {
        let reader = ObjectReader(
            json,
            at: pointer,
            issues: issues,
            members: [
                "slotId", "connectionId", "scope", "priority", "description", "config", "metadata",
            ]
        )
        let scope = reader.nested("scope", members: ["workflows", "operations"])
        self.slot = reader.requiredIdentifier("slotId", as: SlotID.self)
        self.connection = reader.requiredIdentifier("connectionId", as: ConnectionID.self)
        self.scope = Scope(
            workflows: scope?.patterns("workflows"),
            operations: scope?.patterns("operations")
        )
        self.priority = reader.integer("priority", in: Self.priorities)
        self.config = reader.freeObject("config")
        let description = reader.string("description")
        self.isDescribed = description.map { !$0.isEmpty } ?? false
        _ = reader.freeObject("metadata")
    }
}
