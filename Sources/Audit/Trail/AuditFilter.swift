import JSON
public import Model

/// Which records a list shows; a part that is nil lets all pass (API section 4).
public struct AuditFilter: Sendable, Hashable {
    /// Not before this instant.
    public var since: Timestamp?
    /// Before this instant.
    public var until: Timestamp?
    /// Of this kind.
    public var kind: AuditKind?
    /// With this outcome.
    public var outcome: AuditOutcome?
    /// Of this blueprint's configs.
    public var blueprint: String?
    /// In this environment.
    public var environment: String?
    /// In this workflow.
    public var workflow: String?
    /// About this connection.
    public var connection: String?
    /// Of this operation.
    public var operation: String?
    /// Done by the actor with this id.
    public var actor: String?

    /// In one of these environments, or in none; nil lets all pass.
    public var environments: [EnvironmentName]?

    /// Lets everything pass.
    public init() {}

    /// Whether the record is the tenant's and passes; an index may name some that do not.
    func admits(_ record: AuditRecord, of tenant: TenantID?) -> Bool {
        let occurredAt = record.occurredAt ?? Timestamp(milliseconds: 0)
        return record.tenant == tenant
            && (since.map { occurredAt >= $0 } ?? true) && (until.map { occurredAt < $0 } ?? true)
            && (kind == nil || kind == record.kind)
            && (outcome == nil || outcome == record.outcome) && hasValues(record)
            && isInEnvironment(record)
    }

    private func hasValues(_ record: AuditRecord) -> Bool {
        (blueprint == nil || blueprint == record.text("blueprint"))
            && (environment == nil || environment == record.text("environment"))
            && (workflow == nil || workflow == record.text("workflow"))
            && (connection == nil || connection == record.text("connectionId"))
            && (operation == nil || operation == record.text("operation"))
            && (actor == nil || actor == record.document["actor"]?["id"]?.string)
    }

    private func isInEnvironment(_ record: AuditRecord) -> Bool {
        guard let environments, let name = record.text("environment") else { return true }
        return environments.contains { $0.text == name }
    }
}

/// A page of records, the newest first.
public struct AuditPage: Sendable {
    /// The records; may be fewer than asked for while there are more.
    public let items: [AuditRecord]
    /// What to ask for as `before` to go on; nil at the end.
    public let nextCursor: UInt64?
}
