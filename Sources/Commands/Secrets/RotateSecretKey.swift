import Audit
import JSON
import Ledger
import Model
import Platform
import Secrets

/// Seals the secrets of all tenants under the first master key, as many as one call may.
public struct RotateSecretKey: Sendable {
    /// A request.
    public init() {}

    /// Carries it out; with `dryRun` it only counts.
    ///
    /// - Throws: `SECRET_STORE_NOT_CONFIGURED`; `SECRET_KEYS_UNREADABLE` when the file of the keys
    ///   can't be used; what the ledger can't.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let store = try context.services.localStore()
        try context.services.checkAudit()
        let report: RekeyReport
        do throws(SecretWriteError) {
            report = try await store.rekey(isDryRun: context.isDryRun)
        } catch {
            throw CommandError(error)
        }
        let body = report.json
        if !context.isDryRun {
            var draft = AuditDraft(
                .change,
                "secrets.rotateKey",
                outcome: .success,
                by: context.caller.auditActor,
                at: context.now
            )
            draft.resource = AuditResource(type: "masterKey", id: report.keyID)
            draft.requestID = context.requestID
            draft.traceparent = context.trace?.traceparent
            draft.after = body
            try await context.services.record(draft)
        }
        return CommandAnswer(body: .json(body), revision: context.state.revision)
    }
}

extension RekeyReport {
    fileprivate var json: JSONValue {
        [
            "keyId": .string(keyID), "resealed": .integer(Int64(resealedCount)),
            "remaining": .integer(Int64(remainingCount)),
            "unreadable": .integer(Int64(unreadableCount)),
            "unreadableSecrets": .array(
                unreadable.map { secret in
                    [
                        "tenantId": .string(secret.tenant.text), "name": .string(secret.name.text),
                        "keyId": .string(secret.keyID),
                    ]
                }
            ),
            "keys": .array(
                keys.map { key in
                    [
                        "id": .string(key.id), "secrets": .integer(Int64(key.secretCount)),
                        "known": .bool(key.isKnown), "needed": .bool(key.isNeeded),
                    ]
                }
            ),
        ]
    }
}
