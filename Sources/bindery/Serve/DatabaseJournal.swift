import Ledger
import Limits

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
        PostgresJournal(try configuration(url, settings))
        #else
        throw missing
        #endif
    }

    /// A new ledger, to be copied to.
    ///
    /// - Throws: As `make`.
    static func target(
        _ url: JournalURL,
        _ settings: LedgerSettings
    ) throws(CommandFailure) -> any JournalTarget {
        #if PostgreSQL
        PostgresTarget(try configuration(url, settings))
        #else
        throw missing
        #endif
    }

    /// The limits that the ledger's replicas share; nothing is connected yet.
    ///
    /// - Throws: As `make`.
    static func limits(
        _ url: JournalURL,
        _ settings: LedgerSettings
    ) throws(CommandFailure) -> any SharedLimits {
        #if PostgreSQL
        PostgresLimits(try configuration(url, settings))
        #else
        throw missing
        #endif
    }

    #if PostgreSQL
    private static func configuration(
        _ url: JournalURL,
        _ settings: LedgerSettings
    ) throws(CommandFailure) -> PostgresJournal.Configuration {
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
            return configuration
        } catch {
            throw .failed("journal: \(error.detail)")
        }
    }
    #else
    private static let missing = CommandFailure.failed(
        "journal: this bindery was built without PostgreSQL: build it with "
            + "'swift build --traits PostgreSQL'"
    )
    #endif
}
