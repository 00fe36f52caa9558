import Ledger

#if PostgreSQL
import LedgerPostgres
import Platform
#endif

/// The ledger in a PostgreSQL database, where this build has it (package trait `PostgreSQL`).
enum DatabaseJournal {
    /// The journal; nothing is connected yet.
    ///
    /// - Throws: One line for the operator: what is wrong with the URL, without any part of it, or
    ///   that the build has none.
    static func make(
        _ url: JournalURL,
        _ settings: LedgerSettings
    ) throws(CommandFailure) -> any Journal {
        #if PostgreSQL
        do throws(JournalError) {
            let database = try url.secret.withText { (text) throws(JournalError) in
                try DatabaseURL(text)
            }
            var configuration = try PostgresJournal.Configuration(
                url: database,
                ledger: settings.name
            )
            configuration.snapshotCount = settings.snapshotCount
            configuration.snapshotSpacing = UInt64(settings.snapshotInterval / 2)
            configuration.pollingInterval = settings.polling
            return PostgresJournal(configuration)
        } catch {
            throw .failed("journal: \(error.detail)")
        }
        #else
        throw .failed(
            "journal: this bindery was built without PostgreSQL: build it with "
                + "'swift build --traits PostgreSQL'"
        )
        #endif
    }
}
