#if PostgreSQL
import JournalConformance
import Ledger
@testable import LedgerPostgres
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

    /// Where the server listens.
    static func address() throws -> SocketAddress {
        let place = try #require(text?.split(separator: "@").last?.split(separator: "/").first)
        return try #require(SocketAddress(String(place)))
    }

    /// Runs statements on a connection of their own, and gives the first column of the last one.
    @discardableResult static func run(
        _ statements: String...,
        on url: String? = nil
    ) throws -> [String?] {
        let session = try self.session(url)
        var values: [String?] = []
        for statement in statements {
            let result = try session.run(
                PostgresStatement(statement),
                until: MonotonicClock.now + .seconds(60)
            )
            values = (0..<result.rowCount).map { row in result.text(row, 0) }
        }
        return values
    }

    /// A connection that is not a journal's.
    static func session(_ url: String? = nil) throws -> PostgresSession {
        let text = try #require(url ?? text)
        return try PostgresSession.connect(
            to: DatabaseURL(text).options(for: "test")[0],
            orBell: Bell(),
            until: MonotonicClock.now + .seconds(60)
        )
    }

    /// A database of its own, whose URL is returned.
    static func newDatabase() throws -> String {
        let name = "test_\(Random.integer())"
        try run("CREATE DATABASE \(name)")
        return try url(ofDatabase: name)
    }

    /// The URL of another database of the server.
    static func url(ofDatabase name: String) throws -> String {
        let text = try #require(text)
        return try #require(text.lastIndex(of: "/").map { end in "\(text[..<end])/\(name)" })
    }

    static func newLedger() -> String { "test-\(Random.integer())" }
}

extension Trait where Self == ConditionTrait {
    /// The suite needs a server.
    static var needsDatabase: Self { .enabled(if: TestDatabase.text != nil, TestDatabase.comment) }
}
#endif
