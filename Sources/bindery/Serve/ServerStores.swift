import Audit
import JSON
import Ledger
import LedgerFile

/// What the server keeps: the ledger, and the audit trail.
///
/// The ledger is opened first and closed first: its lock on the data folder is the one that keeps a
/// second process away from both.
struct ServerStores: Sendable {
    /// The ledger.
    let ledger: Ledger
    /// The audit trail.
    let audit: AuditTrail
    /// The data folder, where several processes share a ledger.
    let replica: ReplicaFolder?

    /// Whose trail it is.
    let writer: AuditWriter

    /// Opens both, in the data folder or in memory.
    ///
    /// - Throws: One line for the operator: locked, damaged, read-only, full.
    static func open(
        _ settings: Settings,
        _ log: ServerLog
    ) async throws(CommandFailure) -> ServerStores {
        var replica: ReplicaFolder?
        var writer = AuditWriter.only
        var configuration = AuditTrail.Configuration()
        configuration.segmentByteCountMax = settings.audit.segmentByteCount
        configuration.segmentAgeMax = settings.audit.segmentAgeMax
        switch settings.journal {
        case .memory: break
        case .file:
            writer = try ReplicaFolder.writer(in: settings.dataFolder)
            configuration.folder = settings.dataFolder + "/audit"
        case .postgres:
            let folder = try ReplicaFolder.open(settings.dataFolder)
            (replica, writer) = (folder, folder.writer)
            configuration.folder = settings.dataFolder + "/audit"
        }
        let ledger = try openLedger(settings, writer)
        let audit: AuditTrail
        do {
            audit = try await AuditTrail.open(configuration)
        } catch {
            await ledger.close()
            throw .failed(refusal(of: error))
        }
        if let copy = audit.brokenCopy {
            log.write(.warning, "audit.torn", ["copy": .string(copy)])
        }
        let stores = ServerStores(
            ledger: ledger,
            audit: audit,
            replica: replica,
            writer: writer
        )
        for warning in ledger.loadReport.warnings {
            log.write(.warning, "ledger.mended", ["detail": .string(warning)])
        }
        do {
            try AuditAnchoring.check(stores)
        } catch {
            await stores.release()
            throw error
        }
        await DebtKeeping(stores, settings.environments, log).begin()
        return stores
    }

    /// One line for the operator: what is wrong, and with damage the way out.
    private static func refusal(of error: AuditError) -> String {
        let line = "the audit trail can't be opened: \(error.detail)"
        guard error.code == .damaged else { return line }
        return line
            + ". Nothing was changed; copy the folder, mend the file from a backup of it or "
            + "restore, and check with bindery audit verify (docs/operations.md, At 3 a.m.)"
    }

    private static func openLedger(
        _ settings: Settings,
        _ writer: AuditWriter
    ) throws(CommandFailure) -> Ledger {
        let isLasting = if case .memory = settings.journal { false } else { true }
        let journal: any Journal =
            switch settings.journal {
            case .memory: MemoryJournal()
            case .postgres(let url): try DatabaseJournal.make(url, settings.ledger)
            case .file:
                FileJournal(
                    folder: settings.dataFolder + "/ledger",
                    configuration: FileJournal.Configuration(
                        snapshotCount: settings.ledger.snapshotCount
                    )
                )
            }
        do {
            return try Ledger(
                journal: journal,
                // In memory a crash loses the change and its record together.
                auditWriter: isLasting ? writer : nil,
                snapshotInterval: settings.ledger.snapshotInterval
            )
        } catch {
            throw .failed("the ledger can't be opened: \(error.detail)")
        }
    }

    /// Finishes what was begun, and closes both.
    func close() async {
        await AuditAnchoring.anchor(self)
        await release()
    }

    private func release() async {
        await ledger.close()
        await audit.close()
        withExtendedLifetime(replica) {}
    }
}
