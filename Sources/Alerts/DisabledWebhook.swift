public import Ledger
public import Model

/// A webhook that the server disabled, since its endpoint is gone or takes nothing.
public struct DisabledWebhook: Sendable {
    /// Whose it is.
    public let tenant: TenantID
    /// The webhook before.
    public let before: Stored<Webhook>
    /// The webhook after, with the reason and the store's revision.
    public let after: Stored<Webhook>

    /// What an outcome's changes disable; nil for nothing.
    init?(_ changes: [Change], on state: State) {
        for case .putWebhook(let tenant, let after) in changes {
            guard let before = state.tenant(tenant).alerts.webhooks[after.value.id] else { break }
            (self.tenant, self.before, self.after) = (tenant, before, after)
            return
        }
        return nil
    }
}

/// Who leaves a record of webhooks that the server disables.
public struct DisablingRecorder: Sendable {
    /// Whether it can be recorded now: what can't is not done yet.
    public var canRecord: @Sendable () -> Bool
    /// What the ledger keeps of the record until the trail has it; nil for nothing.
    public var owes: @Sendable (DisabledWebhook) -> OwedRecords?
    /// Records one that was disabled; whether the trail has it.
    public var record: @Sendable (DisabledWebhook) async -> Bool

    /// A recorder.
    public init(
        canRecord: @escaping @Sendable () -> Bool,
        owes: @escaping @Sendable (DisabledWebhook) -> OwedRecords? = { _ in nil },
        record: @escaping @Sendable (DisabledWebhook) async -> Bool
    ) {
        self.canRecord = canRecord
        self.owes = owes
        self.record = record
    }

    /// Records nothing.
    public static let none = DisablingRecorder(canRecord: { true }, record: { _ in true })
}
