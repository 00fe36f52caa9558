import Audit
import JSON
import Policy

/// Shows audit records to a caller.
struct AuditReading {
    private let maySeeBodies: Bool

    init(_ scope: TenantScope, _ caller: Caller) {
        let decision = Authorization.decide(
            credential: caller.credential,
            action: .auditReadBodies,
            tenant: scope.tenant,
            environment: nil
        )
        maySeeBodies = decision == .allowed
    }

    /// The record, without bodies where the caller may not see them.
    func show(_ record: AuditRecord) -> JSONValue {
        guard !maySeeBodies else { return record.json }
        var object = record.document
        for side in ["request", "response"] {
            guard var message = object[side]?.object else { continue }
            message["body"] = JSONValue.null
            object[side] = .object(message)
        }
        for side in ["before", "after"] where object[side] != nil { object[side] = JSONValue.null }
        return .object(object)
    }
}

extension CommandError {
    /// What an audit trail that fails means to a client.
    init(_ error: AuditError) {
        let isBusy = error.code == .overloaded
        self.init(
            .unavailable,
            "AUDIT_UNAVAILABLE",
            isBusy
                ? "Too many audit records wait to be written." : "The audit trail can't be used.",
            retryAfterSeconds: isBusy ? 1 : 30
        )
    }
}
