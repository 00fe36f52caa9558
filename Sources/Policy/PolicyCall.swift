public import Model

/// What a slot offers before a connection is chosen, as rules see it: an operation of an integration.
public struct PolicyOffer: Sendable, Hashable {
    /// The operation that would be called.
    public let operation: OperationID
    /// The integration's key, without version.
    public let integration: IntegrationKey
    /// The integration's category.
    public let category: CategoryName
    /// The slot through which it is called.
    public let slot: SlotID
    /// The environment of the config.
    public let environment: EnvironmentName

    /// An offer.
    public init(
        operation: OperationID,
        integration: IntegrationKey,
        category: CategoryName,
        slot: SlotID,
        environment: EnvironmentName
    ) {
        self.operation = operation
        self.integration = integration
        self.category = category
        self.slot = slot
        self.environment = environment
    }
}

/// A call as rules see it: an offer, and the connection that would serve it.
public struct PolicyCall: Sendable, Hashable {
    /// What is called.
    public let offer: PolicyOffer
    /// The connection that is called with.
    public let connection: ConnectionID
    /// The connection's ownership mode.
    public let mode: OwnershipMode

    /// A call.
    public init(offer: PolicyOffer, connection: ConnectionID, mode: OwnershipMode) {
        self.offer = offer
        self.connection = connection
        self.mode = mode
    }
}
