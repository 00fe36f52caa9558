import Alerts
import Audit
import Commands
import JSON
import Ledger
import Model

/// Leaves a record in the trail of each webhook that the server disables.
enum DisablingTrail {
    /// The recorder over the trail; where the trail can't be written, nothing is disabled unless the
    /// operator lets the server go on without it.
    static func recorder(
        _ audit: AuditTrail,
        _ ledger: Ledger,
        failsOpen: Bool
    ) -> DisablingRecorder {
        DisablingRecorder(
            canRecord: { failsOpen || audit.failure == nil },
            owes: { disabled in AuditOwing(ledger, audit)?.record(draft(disabled)) },
            record: { disabled in
                var draft = draft(disabled)
                draft.before = .object(disabled.before.json)
                draft.after = .object(disabled.after.json)
                do {
                    _ = try await audit.append(draft)
                    return true
                } catch {
                    // The trail tells its own failure; the change stands, as one of a client would,
                    // and owes the record.
                    return false
                }
            }
        )
    }

    /// The record, without the objects.
    private static func draft(_ disabled: DisabledWebhook) -> AuditDraft {
        let after = disabled.after
        var draft = AuditDraft(.webhookDisable, at: after.updatedAt)
        draft.tenant = disabled.tenant
        draft.resource = AuditResource(type: "webhook", id: after.value.id.text)
        if let reason = after.value.statusReason {
            draft.failure = AuditFailure(code: reason.rawValue, detail: detail(reason))
        }
        draft.revision = after.revision
        return draft
    }

    private static func detail(_ reason: Webhook.StatusReason) -> String {
        switch reason {
        case .endpointGone: "its endpoint answered 410"
        case .endpointFailing: "nothing could be delivered to its endpoint for five days"
        }
    }
}
