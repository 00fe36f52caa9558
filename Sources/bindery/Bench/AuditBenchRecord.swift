import Audit
import Model

/// The records of a trail that is measured: calls as a server records them, without their bodies.
enum AuditBenchRecord {
    /// The time of the first record, in milliseconds since 1970; the others follow a second apart.
    private static let era: Int64 = 1_700_000_000_000
    /// The records of the tenant that has few.
    private static let rareCount = 100

    /// The tenant of nearly all records.
    static var large: TenantID? { TenantID("large") }

    /// The record with this number, counted from 0, of so many.
    static func draft(_ number: Int, of recordCount: Int) -> AuditDraft {
        let isRare = number % max(1, recordCount / rareCount) == 7
        var draft = AuditDraft(
            .call,
            "capability.execute",
            outcome: number % 1000 == 3 ? .denied : .success,
            by: AuditActor(type: "key", id: "key_\(number % 40)", via: "http", ip: "192.0.2.7"),
            at: Timestamp(milliseconds: era + Int64(number) * 1000)
        )
        draft.tenant = isRare ? TenantID("small") : large
        draft.environment = EnvironmentName("production")
        draft.blueprint = BlueprintName("invoice-app")
        let isSelected = number % 10_000 == 42
        draft.workflow = WorkflowName(isSelected ? "workflow_rare" : "workflow_\(number % 30)")
        draft.connection = ConnectionID(isSelected ? "conn_rare" : "conn_\(number % 200)")
        draft.operation = OperationID(number % 2 == 0 ? "payments.test.a" : "payments.test.b")
        draft.capability = CapabilityKey("payments.charge")
        draft.requestID = "0197a000-0000-7000-8000-\(100_000_000_000 + number)"
        draft.attempts = 1
        draft.latency = .milliseconds(number % 200)
        return draft
    }
}
