import Ledger

/// What a journal handed out.
struct Loaded {
    let report: JournalReport
    let lines: [String]
    let payloads: [String]

    init(_ journal: some Journal) throws(JournalError) {
        var lines: [String] = []
        var payloads: [String] = []
        report = try journal.load(
            line: { (line) throws(JournalError) in
                lines.append(String(decoding: line, as: UTF8.self))
            },
            record: { (record) throws(JournalError) in
                payloads.append(String(decoding: record.payload, as: UTF8.self))
            }
        )
        (self.lines, self.payloads) = (lines, payloads)
    }
}

extension Journal {
    /// Appends a batch of texts behind `position`.
    func append(_ texts: [String], after position: UInt64) async throws(JournalError) {
        let records = texts.enumerated()
            .map { index, text in
                JournalRecord(position: position + 1 + UInt64(index), payload: Array(text.utf8))
            }
        try await append(records)
    }

    /// Saves a snapshot of `lines`.
    func save(_ lines: [String], at position: UInt64) async throws(JournalError) {
        try await save(TextSource(position: position, lines: lines))
    }
}

/// A snapshot of texts.
struct TextSource: SnapshotSource {
    let position: UInt64
    let lines: [String]

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        for line in lines { try write(Array(line.utf8)) }
    }
}
