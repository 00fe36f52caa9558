import Audit
import JSON
import Ledger

/// Answers whether the server lives and is ready.
public enum GetStatus {
    /// The process runs.
    public static func liveness(_ context: CommandContext) -> CommandAnswer {
        CommandAnswer(body: .json(["status": "ok"]), revision: context.services.revision)
    }

    /// The state is loaded, and the ledger and the audit trail take writes.
    ///
    /// - Throws: `NOT_READY` when writing failed: reads go on, but a load balancer should know.
    public static func readiness(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let services = context.services
        if case .readOnly = services.ledger.condition { throw notReady("store is read-only") }
        if services.audit.failure != nil, !services.settings.auditFailsOpen {
            throw notReady("audit trail can't be written")
        }
        return CommandAnswer(body: .json(["status": "ready"]), revision: services.revision)
    }

    private static func notReady(_ what: String) -> CommandError {
        CommandError(
            .unavailable,
            "NOT_READY",
            "The \(what) since a write failed: see the log, mend the disk, restart.",
            retryAfterSeconds: 30
        )
    }
}
