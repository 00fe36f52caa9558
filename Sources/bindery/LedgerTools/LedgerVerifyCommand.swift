import Audit
import Ledger
import LedgerFile

/// `bindery ledger verify`: reads all of a ledger, and says what is wrong with it.
enum LedgerVerifyCommand {
    static let command = Command(
        "ledger verify",
        summary: "checks every byte of a ledger, without a server",
        details:
            "Reads every segment and snapshot of a ledger that no server has open, checks all of "
            + "their bytes, and folds them into the state that a start would serve. Changes nothing. "
            + "Prints a line for each finding, with segment, offset and what to do. Ends with 0 when "
            + "a start would serve everything that was acknowledged, a torn last batch included, "
            + "else with 1. \(LedgerFolderArgument.words)",
        operand: "DIR"
    ) { (call) throws(CommandFailure) in
        let folder = try LedgerFolderArgument.open(call, "ledger verify")
        try refuseHeld(folder)
        let inspection = try LedgerFolderArgument.reading { () throws(JournalError) in
            try folder.inspect()
        }
        for note in inspection.notes { call.console.answer("note: \(note)") }
        for error in inspection.errors { call.console.answer("error: \(error)") }
        guard inspection.errors.isEmpty else {
            throw .failed("\(folder.path): \(inspection.errors.count) errors")
        }
        let state = try fold(folder)
        call.console.answer(
            "\(folder.path): sound: \(inspection.segments.count) segments, "
                + "\(inspection.snapshots.count) snapshots, position \(state.position), "
                + "revision \(state.revision)"
        )
    }

    /// A batch that is being written looks like a torn one.
    static func refuseHeld(_ folder: LedgerFolder) throws(CommandFailure) {
        let holder = try LedgerFolderArgument.reading { () throws(JournalError) in
            try folder.holder()
        }
        guard let holder else { return }
        throw .failed(
            "\(folder.path) is held by \(holder): stop it, or look at a copy, which 'bindery "
                + "snapshot' makes of a running server's folder"
        )
    }

    /// The state that a start would serve: what the records say is checked by reading them.
    static func fold(_ folder: LedgerFolder) throws(CommandFailure) -> State {
        do {
            return try Ledger(journal: FolderReading(folder)).state
        } catch {
            throw .failed("\(folder.path): \(error.detail)")
        }
    }
}
