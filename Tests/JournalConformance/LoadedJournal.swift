import Ledger

/// A journal, and all that it handed out while it was loaded.
struct LoadedJournal: Sendable {
    let journal: any Journal
    let report: JournalReport
    let lines: [[UInt8]]
    let records: [JournalRecord]

    init(_ journal: any Journal) throws(JournalError) {
        var lines: [[UInt8]] = []
        var records: [JournalRecord] = []
        self.report = try journal.load(
            line: { (line) throws(JournalError) in lines.append(line) },
            record: { (record) throws(JournalError) in records.append(record) }
        )
        self.journal = journal
        self.lines = lines
        self.records = records
    }

    /// Appends a batch of payloads behind `position`.
    func append(_ payloads: [UInt8]..., after position: UInt64) async throws(JournalError) {
        try await journal.append(Self.records(payloads, after: position))
    }

    /// Saves a snapshot of `lines`.
    func save(_ lines: [[UInt8]], at position: UInt64) async throws(JournalError) {
        try await journal.save(LineSource(position: position, lines: lines))
    }

    /// The payloads as records behind `position`.
    static func records(_ payloads: [[UInt8]], after position: UInt64) -> [JournalRecord] {
        payloads.enumerated()
            .map { index, payload in
                JournalRecord(position: position + 1 + UInt64(index), payload: payload)
            }
    }
}
