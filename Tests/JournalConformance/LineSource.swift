import Ledger

/// A snapshot of given lines, which may fail after them.
struct LineSource: SnapshotSource {
    let position: UInt64
    let lines: [[UInt8]]
    var failure: JournalError?

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        for line in lines { try write(line) }
        if let failure { throw failure }
    }
}
