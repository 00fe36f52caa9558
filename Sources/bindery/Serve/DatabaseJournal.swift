import Ledger

/// The ledger in a PostgreSQL database, where this build has it (package trait `PostgreSQL`).
enum DatabaseJournal {
    /// The journal; nothing is connected yet.
    ///
    /// - Throws: One line for the operator when the build has none.
    static func make(
        _ url: DatabaseURL,
        _ settings: LedgerSettings
    ) throws(CommandFailure) -> any Journal {
        throw .failed(
            "journal: this bindery was built without PostgreSQL: build it with "
                + "'swift build --traits PostgreSQL'"
        )
    }
}
