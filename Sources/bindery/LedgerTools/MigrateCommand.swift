import Ledger
import LedgerFile
import Platform

/// `bindery migrate`: copies a ledger from a folder into a database, or back.
enum MigrateCommand {
    static let command = Command(
        "migrate",
        summary: "copies a ledger from a folder into a database, or back",
        details:
            "Copies all of a ledger that is kept, with its revisions, and compares the states of both by "
            + "their digests. Servers on either have to be stopped. PLACE is file:DIR, a data folder, "
            + "postgres://…, or env:NAME, a variable that holds either: an URL with a password is better "
            + "not on the command line. What is there already is never written over, and a copy that was "
            + "broken off is no ledger. The audit trail stays in its data folder: go on with that folder.",
        flags: [
            CommandFlag("--from", "PLACE", help: "The ledger to copy."),
            CommandFlag("--to", "PLACE", help: "Where there is no ledger yet."),
            CommandFlag(
                "--ledger-name",
                "NAME",
                help: "The name of the ledger in its database. [default: default]"
            ),
        ]
    ) { (call) async throws(CommandFailure) in
        let from = try LedgerPlace(call, "--from")
        let to = try LedgerPlace(call, "--to")
        let source = try from.journal()
        let state = try load(source, from)
        let digest = digest(of: state)
        let target = try to.target()
        do throws(JournalError) {
            _ = try await JournalCopy(from: source, to: target)
        } catch {
            await source.close()
            throw .failed("\(to.text): \(error.detail)")
        }
        await source.close()
        let copy = try to.journal()
        let found = try load(copy, to)
        await copy.close()
        guard found.position == state.position, Self.digest(of: found) == digest else {
            throw .failed("\(to.text) does not hold what \(from.text) does: do not use it")
        }
        call.console.answer(
            "\(to.text): position \(found.position), revision \(found.revision), sha256:\(digest)"
        )
    }

    private static func load(
        _ journal: any Journal,
        _ place: LedgerPlace
    ) throws(CommandFailure) -> State {
        do {
            return try Ledger(journal: journal).state
        } catch {
            throw .failed("\(place.text): \(error.detail)")
        }
    }

    /// The digest of everything that the ledger knows.
    private static func digest(of state: State) -> String {
        var stream = DigestStream()
        state.forEachSnapshotLine { line in
            stream.update(line)
            stream.update([0x0A])
        }
        return Hex.encode(stream.finish())
    }
}
