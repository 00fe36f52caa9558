import Execution
import JSON
import Limits

/// The limits that the replicas of a shared ledger keep together.
struct ReplicaLimits {
    let shared: any SharedLimits
    private let log: ServerLog

    /// Those of the settings' ledger; nil for a process that is alone.
    ///
    /// - Throws: One line for the operator, as `DatabaseJournal.make`.
    static func make(
        _ settings: Settings,
        _ log: ServerLog
    ) throws(CommandFailure) -> ReplicaLimits? {
        guard case .postgres(let url) = settings.journal else { return nil }
        return ReplicaLimits(
            shared: try DatabaseJournal.limits(url, settings.ledger),
            log: log
        )
    }

    /// One line when they cannot be asked, and one when they can again.
    func tell(_ notice: LimitsNotice) {
        switch notice {
        case .unavailable(let detail, let failsOpen):
            log.write(
                .error,
                "limits.unavailable",
                ["detail": .string(detail), "calls": failsOpen ? "local" : "refused"]
            )
        case .available(let time):
            let milliseconds = Int64(time / .milliseconds(1))
            log.write(.info, "limits.available", ["afterMs": .integer(milliseconds)])
        }
    }
}
