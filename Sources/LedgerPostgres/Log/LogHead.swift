#if PostgreSQL
import Ledger

/// The row that says where a log ends; whoever changes it holds its lock until the commit.
struct LogHead: Equatable {
    /// The position of the last record; 0 for none.
    let position: Int64
    /// Goes up when a writer wants to be sure that no earlier statement of its own comes late.
    let fence: Int64
    /// The batch that the last record belongs to; nil as long as there is none.
    let batch: [UInt8]?

    /// The row of a statement that selects `position, fence, batch`.
    init(_ result: PostgresResult, ledger: String) throws(PostgresFailure) {
        guard result.rowCount == 1, let position = result.integer(0, 0),
            let fence = result.integer(0, 1)
        else {
            throw .journal(
                JournalError(
                    .diverged,
                    "the database no longer has the ledger \(ledger): was it restored or emptied?"
                )
            )
        }
        self.position = position
        self.fence = fence
        self.batch = result.bytes(0, 2)
    }
}
#endif
