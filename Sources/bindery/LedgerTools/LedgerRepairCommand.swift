import Ledger
import LedgerFile

/// `bindery ledger repair`: makes a damaged ledger loadable, and says what is lost.
enum LedgerRepairCommand {
    private static let dropFlag = "--drop-from-damage-on"

    static let command = Command(
        "ledger repair",
        summary: "cuts a torn or, when told to, a damaged ledger",
        details:
            "Cuts a torn last batch, as a start does. With \(dropFlag) it also gives up what is "
            + "damaged and all that follows: acknowledged writes are lost by that, so restore a "
            + "backup instead when there is one. Everything that is taken out stays in the folder "
            + "as a .broken file. Says which positions and revisions are lost. Ends with 1 when the "
            + "damage needs \(dropFlag), and nothing was changed. \(LedgerFolderArgument.words)",
        operand: "DIR",
        flags: [
            CommandFlag(
                dropFlag,
                help: "Gives up everything from the damage on, after copies. Acknowledged writes "
                    + "are lost."
            )
        ]
    ) { (call) throws(CommandFailure) in
        let folder = try LedgerFolderArgument.open(call, "ledger repair")
        try LedgerVerifyCommand.refuseHeld(folder)
        let drops = call.arguments.isGiven(dropFlag)
        let before = try newestRevision(folder)
        let report: LedgerRepair.Report
        do throws(JournalError) {
            report = try LedgerRepair.run(folder, drops ? .fromDamageOn : .tornTail)
        } catch {
            guard error.code == .damaged, !drops else { throw .failed(error.detail) }
            throw .failed(
                error.detail,
                "restore a backup; or 'bindery ledger repair \(folder.path) \(dropFlag)' keeps what "
                    + "is before the damage and gives up the rest"
            )
        }
        for step in report.steps { call.console.answer(step) }
        if report.steps.isEmpty { call.console.answer("there was nothing to repair") }
        let state = try LedgerVerifyCommand.fold(folder)
        call.console.answer(lost(report, before, state))
        call.console.answer(
            "\(folder.path) ends with position \(state.position), revision \(state.revision)"
        )
    }

    /// The newest revision that any record tells of, also behind the damage.
    private static func newestRevision(_ folder: LedgerFolder) throws(CommandFailure) -> UInt64 {
        var newest: UInt64 = 0
        _ = try LedgerFolderArgument.reading { () throws(JournalError) in
            try folder.inspect { record in
                newest = max(newest, LedgerEntryHead(record)?.revision ?? 0)
            }
        }
        return newest
    }

    private static func lost(
        _ report: LedgerRepair.Report,
        _ revisionBefore: UInt64,
        _ state: State
    ) -> String {
        guard let positions = report.lostPositions else { return "no record is known to be lost" }
        let words = "lost: positions \(positions.lowerBound) to \(positions.upperBound)"
        guard revisionBefore > state.revision else {
            return "\(words), at least; revisions after \(state.revision) that they held"
        }
        return "\(words), revisions \(state.revision + 1) to \(revisionBefore), at least"
    }
}
