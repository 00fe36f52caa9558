import Ledger
import LedgerFile
import Model

/// `bindery restore`: copies a backup into a new data folder, as it was at some revision or time.
enum RestoreCommand {
    static let command = Command(
        "restore",
        summary: "copies a backup into a new data folder, up to a revision or a time",
        details:
            "Copies the ledger and the audit trail of a backup into a new data folder, on which a "
            + "server can start: all of the ledger, or only what was there at a revision or a time. "
            + "The log that is left keeps its revisions. The audit trail is copied whole: what "
            + "happened has happened. The backup is only read.",
        flags: [
            CommandFlag("--from", "DIR", help: "The backup: a data folder."),
            CommandFlag("--to", "DIR", help: "The folder to restore into; new, or empty."),
            CommandFlag("--revision", "N", help: "Leaves out what came after this revision."),
            CommandFlag(
                "--time",
                "TIME",
                help: "Leaves out everything from the first entry on that is later, such as "
                    + "2030-01-31T12:00:00Z."
            ),
        ]
    ) { (call) throws(CommandFailure) in
        guard let from = call.arguments.value(of: "--from"),
            let to = call.arguments.value(of: "--to")
        else { throw .usage("restore: --from DIR and --to DIR are needed") }
        let point = try RestorePoint(call.arguments)
        let source = try LedgerFolderArgument.reading { () throws(JournalError) in
            try LedgerFolder(from)
        }
        let position = try point.position(in: source)
        let copy = try DataFolderCopy(from: from, to: to)
        try LedgerFolderArgument.reading { () throws(JournalError) in
            try copy.target.copy(copy.source, through: position)
        }
        let audit = try copy.copyAudit()
        let state = try LedgerVerifyCommand.fold(
            LedgerFolderArgument.reading { () throws(JournalError) in
                try LedgerFolder(copy.target.path)
            }
        )
        call.console.answer(
            "\(to): position \(state.position), revision \(state.revision), \(audit)"
        )
    }
}
