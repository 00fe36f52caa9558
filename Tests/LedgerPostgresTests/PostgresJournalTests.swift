#if PostgreSQL
import JournalConformance
import Ledger
import LedgerPostgres
import Testing

@Suite(.serialized, .needsDatabase) struct PostgresJournalTests {
    private struct Bed: JournalBed {
        let configuration: PostgresJournal.Configuration

        func makeJournal() -> any Journal { PostgresJournal(configuration) }
    }

    @Test(arguments: JournalRule.shared)
    func `keeps the rules of every shared journal`(_ rule: JournalRule) async throws {
        try await rule.check(Bed(configuration: TestDatabase.configuration()))
    }

    @Test(arguments: JournalRule.shared)
    func `keeps them with one snapshot`(_ rule: JournalRule) async throws {
        var configuration = try TestDatabase.configuration()
        configuration.snapshotCount = 1
        try await rule.check(Bed(configuration: configuration))
    }
}
#endif
