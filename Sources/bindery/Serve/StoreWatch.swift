import Audit
import JSON
import Ledger

/// Tells the operator, once and loudly, when the ledger or the audit trail stops taking writes, and
/// keeps the trail's head in the ledger.
///
/// Who writes is answered with an error each time; this is for whoever only reads the log.
struct StoreWatch: Sendable {
    /// How often it looks.
    static let interval = Duration.seconds(1)
    /// After how many looks the ledger is told the audit trail's head.
    static let anchorInterval = 60

    private let task: Task<Void, Never>

    /// Watches until it is stopped.
    ///
    /// With `failsOpen` what can't be recorded goes on, and is told each minute.
    init(
        _ stores: ServerStores,
        _ debts: DebtKeeping,
        failsOpen: Bool,
        _ log: ServerLog
    ) {
        task = Task {
            var tellsLedger = true
            var tellsAudit = true
            var tellsDamage = true
            var unwrittenCount: UInt64 = 0
            // The first connection is made while the server starts.
            var isConnected = false
            var lookCount = 0
            while !Task.isCancelled {
                lookCount += 1
                if lookCount % Self.anchorInterval == 0 {
                    await debts.recover()
                    await AuditAnchoring.anchor(stores)
                    Self.tellUnwritten(stores.audit, &unwrittenCount, failsOpen, log)
                }
                if tellsLedger, case .readOnly(let detail) = stores.ledger.condition {
                    log.write(.error, "ledger.readOnly", ["detail": .string(detail)])
                    tellsLedger = false
                }
                isConnected = Self.tell(stores.ledger.following, isConnected, log)
                if tellsAudit, let failure = stores.audit.failure {
                    log.write(
                        .error,
                        "audit.failed",
                        ["detail": .string(failure.detail), "failOpen": .bool(failsOpen)]
                    )
                    tellsAudit = false
                }
                if tellsDamage, let damage = stores.audit.damage {
                    log.write(.error, "audit.damaged", ["detail": .string(damage.detail)])
                    tellsDamage = false
                }
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    // Stopped: the stores are about to be closed, which is no failure.
                    return
                }
            }
        }
    }

    /// Tells each minute how many records were not written, while the server goes on without them.
    private static func tellUnwritten(
        _ audit: AuditTrail,
        _ told: inout UInt64,
        _ failsOpen: Bool,
        _ log: ServerLog
    ) {
        let count = audit.unwrittenCount
        defer { told = count }
        guard failsOpen, count > told else { return }
        log.write(.error, "audit.unwritten", ["records": .integer(Int64(count - told))])
    }

    /// Tells when the connection to a shared ledger is lost, and when it is back.
    ///
    /// - Returns: Whether there is one.
    private static func tell(
        _ following: Ledger.Following?,
        _ wasConnected: Bool,
        _ log: ServerLog
    ) -> Bool {
        guard let following, following.isConnected != wasConnected else { return wasConnected }
        if following.isConnected {
            log.write(.info, "ledger.connected")
        } else {
            let detail = following.failure ?? "there is no connection"
            log.write(.warning, "ledger.disconnected", ["detail": .string(detail)])
        }
        return following.isConnected
    }

    /// Stops watching; returns when it will tell nothing any more.
    func stop() async {
        task.cancel()
        await task.value
    }
}
