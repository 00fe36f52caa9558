import Model

/// A connection that a config binds, looked up once whatever the number of its bindings.
struct BoundConnection: Sendable {
    /// The connection and its health; nil when the tenant has none of this id.
    let observed: ObservedConnection?
    /// Its spec's place in the table; nil without a connection.
    let spec: Int?
    /// What speaks against it whatever the slot.
    let reasons: ReasonSet

    init(
        _ observed: ObservedConnection?,
        spec: Int?,
        supportedModes: [OwnershipMode]?,
        environment: EnvironmentName
    ) {
        self.observed = observed
        self.spec = spec
        guard let connection = observed?.connection else {
            self.reasons = .connectionNotFound
            return
        }
        var reasons: ReasonSet = []
        if connection.environment != environment { reasons.insert(.environmentMismatch) }
        switch connection.status {
        case .active: break
        case .draft, .paused: reasons.insert(.connectionInactive)
        case .revoked: reasons.insert(.connectionRevoked)
        }
        if observed?.health.status == .unhealthy { reasons.insert(.connectionUnhealthy) }
        if let supportedModes, !supportedModes.contains(connection.mode) {
            reasons.insert(.modeNotSupported)
        }
        self.reasons = reasons
    }
}

/// A binding as the table keeps it, beside the config's own.
struct BoundBinding: Sendable {
    /// The slot's place in the blueprint; nil for one that it does not have.
    let slot: Int?
    /// The connection's place in the table.
    let connection: Int
    /// Which of its slot's specs the connection is of; nil without a connection.
    let specInSlot: Int?
    /// What speaks against the connection, in this slot.
    let reasons: ReasonSet
    /// How closely the scope names a workflow that every scope admits; nil when it admits none.
    let closestWorkflow: Specificity?

    init(
        _ binding: Binding,
        slot: Int?,
        connection: Int,
        specInSlot: Int?,
        reasons: ReasonSet
    ) {
        self.slot = slot
        self.connection = connection
        self.specInSlot = specInSlot
        self.reasons = reasons
        self.closestWorkflow =
            binding.scope.workflows.map { $0.map { Specificity($0) }.min() } ?? .absentList
    }
}
