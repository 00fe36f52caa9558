import Audit
import Commands
import JSON
import Ledger
import Model
import Platform

/// Makes good what the ledger's entries owe to the audit trail: at a start what the process before it
/// left when it was killed, later what could not be written in its time.
struct DebtKeeping: Sendable {
    private let stores: ServerStores
    private let environments: [Environment]
    private let log: ServerLog

    /// Over open stores.
    init(_ stores: ServerStores, _ environments: [Environment], _ log: ServerLog) {
        (self.stores, self.environments, self.log) = (stores, environments, log)
    }

    /// The recovery of a start; must come before anything is written.
    ///
    /// A trail or a log that can't be used for it is told, and no reason not to serve: what is owed
    /// stays owed, and is tried again.
    func begin() async {
        let debts = stores.ledger.state.auditDebts
        if debts.droppedCount > 0 {
            let count = JSONValue.integer(Int64(clamping: debts.droppedCount))
            log.write(.error, "audit.owedDropped", ["entries": count])
        }
        await recover()
        guard stores.replica?.continuesOnly == true else { return }
        // The trail is the one of the process that had the ledger for itself: what that owes is in
        // this one, or has to come into it.
        guard let outcome = await write(debts[.only]), !outcome.entries.isEmpty else { return }
        await AuditAnchoring.anchor(
            stores,
            removed: stores.audit.removed,
            settling: AuditSettlement(.only, outcome.entries)
        )
    }

    /// Writes what nobody is about to write.
    func recover() async {
        guard let outcome = await write(stores.ledger.abandonedDebts) else { return }
        guard !outcome.entries.isEmpty else { return }
        stores.ledger.settle(outcome.entries)
        await AuditAnchoring.anchor(stores)
    }

    private func write(_ entries: [OwingEntry]) async -> DebtRecovery.Outcome? {
        guard !entries.isEmpty, stores.audit.failure == nil else { return nil }
        let recovery = DebtRecovery(stores.ledger, stores.audit, environments)
        do {
            let outcome = try await recovery.run(entries)
            guard outcome.writtenCount > 0 else { return outcome }
            log.write(
                .warning,
                "audit.recovered",
                [
                    "records": .integer(Int64(outcome.writtenCount)),
                    "withoutObjects": .integer(Int64(outcome.bareCount)),
                ]
            )
            return outcome
        } catch {
            log.write(
                .error,
                "audit.owed",
                [
                    "entries": .integer(Int64(entries.count)),
                    "detail": .string(Self.detail(of: error)),
                ]
            )
            return nil
        }
    }

    private static func detail(of error: any Error) -> String {
        switch error {
        case let error as AuditError: error.detail
        case let error as HistoryError: "the log can't be read: \(error)"
        default: "\(error)"
        }
    }
}
