import Audit
import JSON
import Ledger

/// Answers whether the server lives and is ready.
public enum GetStatus {
    /// The process runs.
    public static func liveness(_ context: CommandContext) -> CommandAnswer {
        CommandAnswer(body: .json(["status": "ok"]), revision: context.services.revision)
    }

    /// The state is loaded and no older than it may be, and the ledger and the audit trail take
    /// writes.
    ///
    /// A database that is away is no reason yet: what is known is served, and all replicas would leave
    /// the load balancer at once.
    ///
    /// - Throws: `NOT_READY` when writing failed, or the log could not be followed for too long: reads
    ///   go on, but a load balancer should know.
    public static func readiness(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let services = context.services
        if case .readOnly = services.ledger.condition { throw notReady("store is read-only") }
        let following = services.ledger.following
        if let following, following.lag > services.settings.ledgerLagMax {
            throw CommandError(
                .unavailable,
                "NOT_READY",
                "The state may be old: the log could not be followed for "
                    + "\(following.lag.components.seconds) s.",
                retryAfterSeconds: 5
            )
        }
        if services.audit.failure != nil, !services.settings.auditFailsOpen {
            throw notReady("audit trail can't be written")
        }
        var body: JSONObject = ["status": "ready"]
        if let following { body["ledger"] = .object(json(following)) }
        return CommandAnswer(body: .json(.object(body)), revision: services.revision)
    }

    /// How the process stands to a log that it shares; why it is cut off is for its own log.
    private static func json(_ following: Ledger.Following) -> JSONObject {
        [
            "connected": .bool(following.isConnected),
            "lagEntries": .integer(Int64(clamping: following.lagEntryCount)),
            "lagSeconds": .integer(following.lag.components.seconds),
        ]
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
