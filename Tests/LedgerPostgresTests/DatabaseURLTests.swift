#if PostgreSQL
import Ledger
@testable import LedgerPostgres
import Testing

@Suite struct DatabaseURLTests {
    @Test(arguments: [
        "postgres://user:hunter2@host/db",
        "postgresql://user:hunter2@h1:1,h2:65535/db?sslmode=require",
        "postgres://user@host", "postgres:///db?host=/tmp", "postgres://[::1]:5433/db",
        "postgres://u:p%40ss%2Fhunter2@host/db", "postgres://user:1?hunter2@host/db",
    ])
    func `takes the forms of libpq, and does not show the password`(_ text: String) throws {
        let url = try DatabaseURL(text)
        var dumped = ""
        dump(url, to: &dumped)
        for shown in ["\(url)", String(reflecting: url), dumped] {
            #expect(!shown.contains("hunter2"))
        }
    }

    @Test(arguments: [
        "", "hunter2", "http://user:hunter2@host/db", "host=h password=hunter2",
        "postgres://user:hunter2%zz@host/db", "postgres://user:x/hunter2@host/db",
        "postgres://user:x@hunter2@host/db", "postgres://user:hunter2/x@host/db",
        "postgres://host:0/hunter2", "postgres://h:65536/hunter2",
        "postgres://h1:1,h2:2,h3:3:hunter2/db", "postgres://h1,h2,h3/db?port=1,2&user=hunter2",
        "postgres://h/db?hunter2=1", "postgres://user:hunter2@[::1/db",
        "postgres://" + Array(repeating: "hunter2", count: 17).joined(separator: ",") + "/db",
    ])
    func `refuses what is malformed, and quotes nothing of it`(_ text: String) {
        do {
            _ = try DatabaseURL(text)
            Issue.record("accepted")
        } catch {
            #expect(!error.detail.contains("hunter2"))
            #expect(error.detail.contains("postgres://user:password@host:port/database"))
        }
    }

    @Test func `asks each host by itself, and sets what the URL leaves open`() throws {
        let url = try DatabaseURL("postgres://u:p@h1:1,h2:2/db?keepalives_idle=60")
        let options = url.options(for: "append")
        #expect(options.map { $0.values["host"] } == ["h1", "h2"])
        #expect(options.map { $0.values["port"] } == ["1", "2"])
        #expect(options.map(\.place) == ["h1:1", "h2:2"])
        #expect(options[0].values["target_session_attrs"] == "read-write")
        #expect(options[0].values["keepalives_idle"] == "60")
        #expect(options[0].values["tcp_user_timeout"] == "10000")
        #expect(options[0].values["application_name"] == "bindery append")
        #expect(try DatabaseURL("postgres://h1,h2:7/db").options(for: "").map(\.place) != [])
    }

    @Test(arguments: ["", "a b", "A", "é", "a\"b", String(repeating: "a", count: 49)])
    func `refuses names of ledgers that are none`(_ name: String) throws {
        let url = try DatabaseURL("postgres://h/db")
        #expect(throws: JournalError.self) {
            try PostgresJournal.Configuration(url: url, ledger: name)
        }
        _ = try PostgresJournal.Configuration(url: url, ledger: String(repeating: "a", count: 48))
    }
}
#endif
