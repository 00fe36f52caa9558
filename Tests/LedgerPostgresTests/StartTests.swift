#if PostgreSQL
import Ledger
@testable import LedgerPostgres
import Platform
import Testing

/// What a start makes of the database that it finds.
@Suite(.serialized, .needsDatabase) struct StartTests {
    private static func failure(_ configuration: PostgresJournal.Configuration) -> JournalError? {
        do {
            _ = try Loaded(configuration)
            return nil
        } catch { return error }
    }

    @Test func `replicas that start together on an empty database make its tables once`()
        async throws
    {
        let url = try TestDatabase.newDatabase()
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    let configuration = try TestDatabase.configuration(
                        url,
                        ledger: "l\(number % 2)"
                    )
                    try await Loaded(configuration).journal.close()
                }
            }
            try await group.waitForAll()
        }
        let versions = try TestDatabase.run("SELECT version::text FROM bindery_schema", on: url)
        #expect(versions == ["\(Migration.steps.count)"])
        #expect(try TestDatabase.run("SELECT ledger FROM bindery_head", on: url).count == 2)
    }

    @Test func `a database of a newer version is refused, and left alone`() async throws {
        let url = try TestDatabase.newDatabase()
        let configuration = try TestDatabase.configuration(url)
        try await Loaded(configuration).journal.close()
        let newer = Migration.steps.count + 1
        try TestDatabase.run("UPDATE bindery_schema SET version = \(newer)", on: url)
        let error = Self.failure(configuration)
        #expect(error?.code == .newerFormat)
        #expect(error?.detail.contains("\(newer)") == true)
        try TestDatabase.run("UPDATE bindery_schema SET version = \(newer - 1)", on: url)
        try await Loaded(configuration).journal.close()
    }

    @Test func `a role without the right to make tables starts once they are there`() async throws {
        let url = try TestDatabase.newDatabase()
        let name = "role_\(Random.integer())"
        try TestDatabase.run("CREATE ROLE \(name) LOGIN PASSWORD 'hunter2'", on: url)
        let place = try #require(url.split(separator: "@").last)
        let poor = try TestDatabase.configuration("postgres://\(name):hunter2@\(place)")
        let refused = Self.failure(poor)
        #expect(refused?.code == .unavailable)
        #expect(refused?.detail.contains("permission denied") == true)
        let rich = try TestDatabase.configuration(url)
        try await Loaded(rich).journal.close()
        try TestDatabase.run(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(name)",
            on: url
        )
        let journal = try Loaded(poor).journal
        try await journal.append("a", after: 0)
        await journal.close()
    }

    @Test func `a wrong password, user or database is told at once, without the password`() throws {
        let text = try #require(TestDatabase.text)
        let place = try #require(text.split(separator: "@").last)
        let urls = [
            "postgres://postgres:hunter2@\(place)", "postgres://nobody:hunter2@\(place)",
            try TestDatabase.url(ofDatabase: "nothing"),
        ]
        for url in urls {
            var configuration = try TestDatabase.configuration(url)
            configuration.startTimeout = .seconds(600)
            let error = try #require(Self.failure(configuration))
            #expect(error.code == .unavailable)
            #expect(!error.detail.contains("hunter2"))
            #expect(
                error.detail.contains("password authentication") || error.detail.contains("nothing")
            )
            #expect(!error.detail.contains("LOCATION"))
        }
    }

    @Test func `a broken snapshot is passed over for an older one, with a warning`() async throws {
        let configuration = try TestDatabase.configuration()
        let journal = try Loaded(configuration).journal
        try await journal.append("a", "b", "c", after: 0)
        try await journal.save(TextSource(position: 1, lines: ["1"]))
        try await journal.save(TextSource(position: 2, lines: ["2", "2"]))
        await journal.close()
        try TestDatabase.run(
            """
            UPDATE bindery_snapshot_part SET lines = '3' || substr(lines, 2)
            WHERE position = 2 AND ledger = '\(configuration.ledger)'
            """
        )
        let older = try Loaded(configuration)
        #expect(older.lines == ["1"])
        #expect(older.payloads == ["b", "c"])
        #expect(older.report.warnings.count == 1)
        await older.journal.close()
        try TestDatabase.run(
            "DELETE FROM bindery_snapshot_part WHERE ledger = '\(configuration.ledger)'"
        )
        #expect(Self.failure(configuration)?.code == .damaged)
    }

    @Test func `a record that is missing is damage, by its position`() async throws {
        let configuration = try TestDatabase.configuration()
        let journal = try Loaded(configuration).journal
        try await journal.append("a", "b", "c", after: 0)
        await journal.close()
        try TestDatabase.run(
            "DELETE FROM bindery_record WHERE position = 2 AND ledger = '\(configuration.ledger)'"
        )
        let error = Self.failure(configuration)
        #expect(error?.code == .damaged)
        #expect(error?.detail.contains("position 2") == true)
    }

    @Test(arguments: [
        ("off", "on"), ("local", "on"), ("on", "on"), ("remote_write", "on"),
        ("remote_apply", "remote_apply"),
    ])
    func `commits are durable whatever the server's default is`(
        _ found: String,
        _ set: String
    ) throws {
        let url = try TestDatabase.newDatabase()
        let name = try #require(url.split(separator: "/").last)
        try TestDatabase.run("ALTER DATABASE \(name) SET synchronous_commit = '\(found)'")
        try TestDatabase.run(
            "ALTER DATABASE \(name) SET default_transaction_isolation = 'serializable'"
        )
        let configuration = try TestDatabase.configuration(url)
        let role = PostgresLink.Role(name: "append", idleTimeout: .seconds(5))
        var link = PostgresLink(configuration, role, stop: Bell())
        let deadline = MonotonicClock.now + .seconds(60)
        let session = try link.connected(until: deadline).session
        let shown = try ["synchronous_commit", "default_transaction_isolation"]
            .map { setting in
                try session.run(PostgresStatement("SHOW \(setting)"), until: deadline).text(0, 0)
            }
        #expect(shown == [set, "read committed"])
    }
}

/// A snapshot of lines of text.
struct TextSource: SnapshotSource {
    let position: UInt64
    let lines: [String]

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        for line in lines { try write(Array(line.utf8)) }
    }
}
#endif
