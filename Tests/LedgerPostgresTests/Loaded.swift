#if PostgreSQL
import Ledger
import LedgerPostgres

/// A journal that was loaded, with what it found, as texts.
struct Loaded {
    let journal: PostgresJournal
    let report: JournalReport
    let lines: [String]
    let payloads: [String]

    init(_ configuration: PostgresJournal.Configuration) throws(JournalError) {
        journal = PostgresJournal(configuration)
        var (lines, payloads): ([String], [String]) = ([], [])
        report = try journal.load(
            line: { line in lines.append(String(decoding: line, as: UTF8.self)) },
            record: { record in payloads.append(String(decoding: record.payload, as: UTF8.self)) }
        )
        self.lines = lines
        self.payloads = payloads
    }

    /// What is in the log.
    static func payloads(_ configuration: PostgresJournal.Configuration) async throws -> [String] {
        let loaded = try Loaded(configuration)
        await loaded.journal.close()
        return loaded.payloads
    }
}

extension SharedJournal {
    /// Appends texts behind a position.
    func append(_ texts: String..., after position: Int) async throws(JournalError) {
        try await append(texts, after: position)
    }

    /// Appends texts behind a position.
    func append(_ texts: [String], after position: Int) async throws(JournalError) {
        try await append(
            texts.enumerated()
                .map { index, text in
                    JournalRecord(
                        position: UInt64(position + 1 + index),
                        payload: Array(text.utf8)
                    )
                }
        )
    }

    /// The texts behind a position.
    func texts(after position: Int) async throws(JournalError) -> [String] {
        try await records(after: UInt64(position))
            .map { record in String(decoding: record.payload, as: UTF8.self) }
    }

    /// The code of the error of an append; nil when there was none.
    func failure(of texts: String..., after position: Int) async -> JournalError.Code? {
        do {
            try await append(texts, after: position)
            return nil
        } catch { return error.code }
    }
}
#endif
