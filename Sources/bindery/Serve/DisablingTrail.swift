import Alerts
import Audit
import JSON
import Model

/// Leaves a record in the trail of each webhook that the server disables.
enum DisablingTrail {
    /// The recorder over the trail; where the trail can't be written, nothing is disabled unless the
    /// operator lets the server go on without it.
    static func recorder(_ audit: AuditTrail, failsOpen: Bool) -> DisablingRecorder {
        DisablingRecorder(
            canRecord: { failsOpen || audit.failure == nil },
            record: { disabled in
                do {
                    _ = try await audit.append(draft(disabled))
                } catch {
                    // The trail tells its own failure; the change stands, as one of a client would.
                }
            }
        )
    }

    private static func draft(_ disabled: DisabledWebhook) -> AuditDraft {
        let (before, after) = (disabled.before, disabled.after)
        var draft = AuditDraft(.webhookDisable, at: after.updatedAt)
        draft.tenant = disabled.tenant
        draft.resource = AuditResource(type: "webhook", id: after.value.id.text)
        if let reason = after.value.statusReason {
            draft.failure = AuditFailure(code: reason.rawValue, detail: detail(reason))
        }
        draft.revision = after.revision
        draft.before = .object(before.json)
        draft.after = .object(after.json)
        return draft
    }

    private static func detail(_ reason: Webhook.StatusReason) -> String {
        switch reason {
        case .endpointGone: "its endpoint answered 410"
        case .endpointFailing: "nothing could be delivered to its endpoint for five days"
        }
    }
}
