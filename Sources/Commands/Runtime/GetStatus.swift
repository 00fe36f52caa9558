import JSON
import Ledger

/// Answers whether the server lives and is ready.
public enum GetStatus {
    /// The process runs.
    public static func liveness(_ context: CommandContext) -> CommandAnswer {
        CommandAnswer(body: .json(["status": "ok"]), revision: context.services.revision)
    }

    /// The state is loaded, and the ledger takes writes.
    ///
    /// - Throws: `NOT_READY` when writing failed: reads go on, but a load balancer should know.
    public static func readiness(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        switch context.services.ledger.condition {
        case .serving:
            return CommandAnswer(
                body: .json(["status": "ready"]),
                revision: context.services.revision
            )
        case .readOnly:
            throw CommandError(
                .unavailable,
                "NOT_READY",
                "The store is read-only since a write failed: see the log, mend the disk, restart.",
                retryAfterSeconds: 30
            )
        }
    }
}
