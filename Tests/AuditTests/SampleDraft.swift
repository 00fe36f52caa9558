import JSON
import Model
import Testing

@testable import Audit

/// Drafts as tests need them.
enum SampleDraft {
    static func tenant(_ text: String = "acme") throws -> TenantID {
        try #require(TenantID(text))
    }

    /// A call of the tenant, at `second` seconds after some midnight.
    static func call(
        _ tenant: String? = "acme",
        second: Int64 = 0,
        change: (inout AuditDraft) -> Void = { _ in }
    ) throws -> AuditDraft {
        var draft = AuditDraft(
            .call,
            "capability.execute",
            outcome: .success,
            by: AuditActor(type: "key", id: "k1", via: "http", ip: "192.0.2.1"),
            at: Timestamp(milliseconds: 1_700_000_000_000 + second * 1000)
        )
        draft.tenant = try tenant.map { try Self.tenant($0) }
        draft.workflow = WorkflowName("checkout")
        draft.connection = ConnectionID("conn_a")
        draft.operation = OperationID("payments.stripe.createRefund")
        change(&draft)
        return draft
    }
}
