import Ledger
import LedgerFile
import Model

/// Up to where a ledger is restored.
enum RestorePoint: Sendable, Hashable {
    case newest
    case revision(UInt64)
    case time(Timestamp)

    /// Reads `--revision` and `--time`, of which one may be given.
    init(_ arguments: CommandArguments) throws(CommandFailure) {
        let revision = arguments.value(of: "--revision")
        let time = arguments.value(of: "--time")
        switch (revision, time) {
        case (nil, nil): self = .newest
        case (let text?, nil):
            guard let number = UInt64(text) else {
                throw .usage("--revision: must be a number that is not negative")
            }
            self = .revision(number)
        case (nil, let text?):
            guard let time = Timestamp(text) else {
                throw .usage("--time: must be a time such as 2030-01-31T12:00:00Z")
            }
            self = .time(time)
        case (_?, _?): throw .usage("--revision and --time exclude each other")
        }
    }

    /// The last position of the folder's log that belongs to it.
    ///
    /// - Throws: A failure that says what the folder has instead.
    func position(in folder: LedgerFolder) throws(CommandFailure) -> UInt64 {
        var cut: UInt64?
        var log = LogSummary()
        let inspection = try LedgerFolderArgument.reading { () throws(JournalError) in
            try folder.inspect { record in
                guard cut == nil else { return }
                guard let head = LedgerEntryHead(record), !isPassed(by: head) else {
                    cut = record.position - 1
                    return
                }
                log.add(record)
            }
        }
        if let cut {
            if cut > 0 { return cut }
            throw .failed("\(folder.path): nothing in this ledger is so old")
        }
        // What was asked for may lie behind damage, or was never reached.
        if let error = inspection.errors.first { throw .failed(error) }
        if case .revision(let revision) = self, let last = log.last, last.revision < revision {
            throw .failed("\(folder.path) ends with revision \(last.revision), not \(revision)")
        }
        return inspection.lastKnownPosition
    }

    private func isPassed(by head: LedgerEntryHead) -> Bool {
        switch self {
        case .newest: false
        case .revision(let revision): head.revision > revision
        case .time(let time): head.at > time
        }
    }
}
