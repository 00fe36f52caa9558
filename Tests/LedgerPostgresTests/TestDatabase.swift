#if PostgreSQL
import JournalConformance
import Ledger
import LedgerPostgres
import Platform
import Testing

/// The server that the tests use: `scripts/postgres run swift test …` starts one.
enum TestDatabase {
    /// The URL of a superuser, or nil.
    static let text: String? = ProcessEnvironment.current().text(of: "BINDERY_TEST_POSTGRES")

    static let comment: Comment = "NOT RUN without BINDERY_TEST_POSTGRES: scripts/postgres run …"

    /// The bounds that the tests change, on a ledger that nobody else has.
    static func configuration(
        _ url: String? = nil,
        ledger: String? = nil
    ) throws -> PostgresJournal.Configuration {
        let text = try #require(url ?? text)
        let name = ledger ?? newLedger()
        return try PostgresJournal.Configuration(url: DatabaseURL(text), ledger: name)
    }

    static func newLedger() -> String { "test-\(Random.integer())" }
}

extension Trait where Self == ConditionTrait {
    /// The suite needs a server.
    static var needsDatabase: Self { .enabled(if: TestDatabase.text != nil, TestDatabase.comment) }
}
#endif
