import Ledger
import LedgerFile

/// `bindery snapshot`: copies a data folder, also of a running server.
enum SnapshotCommand {
    static let command = Command(
        "snapshot",
        summary: "makes a backup of a data folder, of a running server too",
        details:
            "Writes the newest state of a data folder as one snapshot, and the audit trail, into a "
            + "new data folder: a backup that a server can start on. A server may run on the folder "
            + "meanwhile and is neither asked nor slowed down; what it acknowledged before this "
            + "began is in the copy. Reads the whole ledger, so that a damaged one makes no backup.",
        flags: [
            CommandFlag("--data", "DIR", help: "The data folder to copy."),
            CommandFlag("--to", "DIR", help: "The folder of the copy; new, or empty."),
        ]
    ) { (call) async throws(CommandFailure) in
        guard let data = call.arguments.value(of: "--data"),
            let to = call.arguments.value(of: "--to")
        else { throw .usage("snapshot: --data DIR and --to DIR are needed") }
        let copy = try DataFolderCopy(from: data, to: to)
        let ledger = try await load(copy)
        guard await ledger.saveSnapshot() else {
            throw .failed("\(to): \(ledger.snapshotFailure ?? "the snapshot was not written")")
        }
        let audit = try copy.copyAudit()
        let state = ledger.state
        call.console.answer(
            "\(to): position \(state.position), revision \(state.revision), \(audit)"
        )
    }

    /// How often a folder is read anew that changed while it was read.
    private static let attemptCount = 5

    /// Reads the ledger.
    ///
    /// A server that writes at the same time may show a half batch in front of a
    /// whole one, or remove a segment: read again, the folder is another.
    private static func load(_ copy: DataFolderCopy) async throws(CommandFailure) -> Ledger {
        for _ in 1..<attemptCount {
            do {
                return try Ledger(journal: FolderReading(copy.source, savingTo: copy.target))
            } catch {
                guard try isHeld(copy.source) else { throw .failed(error.detail) }
            }
        }
        do {
            return try Ledger(journal: FolderReading(copy.source, savingTo: copy.target))
        } catch {
            throw .failed(error.detail)
        }
    }

    private static func isHeld(_ folder: LedgerFolder) throws(CommandFailure) -> Bool {
        try LedgerFolderArgument.reading { () throws(JournalError) in try folder.holder() } != nil
    }
}
