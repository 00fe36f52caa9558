import Ledger
import LedgerFile

/// The folder that a command of the ledger is given.
enum LedgerFolderArgument {
    /// What the help says of it.
    static let words =
        "DIR is a data folder, or the ledger folder in it."

    /// Opens it; nothing is read but names.
    static func open(_ call: Command.Call, _ command: String) throws(CommandFailure) -> LedgerFolder
    {
        guard let path = call.arguments.operand else {
            throw .usage("\(command): DIR says which folder")
        }
        return try reading { () throws(JournalError) in try LedgerFolder(path) }
    }

    /// Does `work`, with its failure as the command's.
    static func reading<Value>(
        _ work: () throws(JournalError) -> Value
    ) throws(CommandFailure) -> Value {
        do {
            return try work()
        } catch {
            throw .failed(error.detail)
        }
    }
}
