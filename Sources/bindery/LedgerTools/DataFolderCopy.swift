import Audit
import Ledger
import LedgerFile
import Platform

/// What the copies of a data folder have in common: `bindery snapshot` and `bindery restore`.
struct DataFolderCopy {
    /// The folder copied from: a data folder, or a ledger folder alone.
    let source: LedgerFolder
    /// The folder of the copy's ledger.
    let target: LedgerTarget
    private let sourcePath: String
    private let targetPath: String

    /// Opens the source and makes the target, a data folder that must be new or empty.
    init(from source: String, to target: String) throws(CommandFailure) {
        (sourcePath, targetPath) = (source, target)
        do throws(JournalError) {
            self.source = try LedgerFolder(source)
            guard try Self.isEmpty(target) else {
                throw JournalError(.unavailable, "\(target) is not empty: name a new folder")
            }
            self.target = try LedgerTarget("\(target)/\(LedgerFolder.name)")
        } catch {
            throw .failed(error.detail)
        }
    }

    private static func isEmpty(_ path: String) throws(JournalError) -> Bool {
        do {
            return try Folder(path).names().isEmpty
        } catch {
            if error.isMissingFile { return true }
            throw JournalError(.unavailable, error.message)
        }
    }

    /// Copies the audit trail, which must come after the ledger: the ledger knows how far it went.
    ///
    /// - Returns: What was done, for the operator.
    func copyAudit() throws(CommandFailure) -> String {
        let count: Int
        do {
            count = try TrailCopy.copy(from: "\(sourcePath)/audit", to: "\(targetPath)/audit")
        } catch {
            throw .failed("the audit trail can't be copied: \(error.detail)")
        }
        guard count == 0 else { return "\(count) segments of the audit trail" }
        return "no audit trail: there is none in \(sourcePath)"
    }
}
