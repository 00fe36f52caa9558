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
    init(_ stores: ServerStores, _ log: ServerLog) {
        task = Task {
            var tellsLedger = true
            var tellsAudit = true
            var tellsDamage = true
            var lookCount = 0
            while !Task.isCancelled {
                lookCount += 1
                if lookCount % Self.anchorInterval == 0 { await AuditAnchoring.anchor(stores) }
                if tellsLedger, case .readOnly(let detail) = stores.ledger.condition {
                    log.write(.error, "ledger.readOnly", ["detail": .string(detail)])
                    tellsLedger = false
                }
                if tellsAudit, let failure = stores.audit.failure {
                    log.write(.error, "audit.failed", ["detail": .string(failure.detail)])
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

    /// Stops watching; returns when it will tell nothing any more.
    func stop() async {
        task.cancel()
        await task.value
    }
}
