import JSON
import Model

/// Folds a snapshot's lines and a log's records into a state.
///
/// Reading the JSON takes most of a start's time, and needs nothing of the state: it is done on all
/// cores, some thousand texts at a time, which are then applied in their order.
struct StateLoader {
    var state: State
    private var hasHead = false
    private var lines = DecodingQueue<[UInt8], Change>(decode: Self.change)
    private var records = DecodingQueue<JournalRecord, LogEntry>(decode: Self.entry)

    /// A loader that begins with nothing.
    init(_ state: State = State()) { self.state = state }

    mutating func read(line: [UInt8]) throws(JournalError) {
        guard hasHead else {
            try readHead(line)
            hasHead = true
            return
        }
        guard lines.add(line, byteCount: line.count) else { return }
        try lines.turn { _, change in state.apply(change, at: .earliest) }
    }

    mutating func read(_ record: JournalRecord) throws(JournalError) {
        try applyLines()
        guard records.add(record, byteCount: record.payload.count) else { return }
        try records.turn { state.apply($1, of: $0) }
    }

    /// Applies what waits still; must come last.
    mutating func finish() throws(JournalError) {
        try applyLines()
        try applyRecords()
    }

    private mutating func applyLines() throws(JournalError) {
        // Nothing expires while a snapshot is read: what it holds was good when it was written.
        try lines.drain { _, change in state.apply(change, at: .earliest) }
    }

    private mutating func applyRecords() throws(JournalError) {
        try records.drain { state.apply($1, of: $0) }
    }

    private mutating func readHead(_ line: [UInt8]) throws(JournalError) {
        let head = try Self.json(line)
        guard let revision = head["revision"]?.integer, revision >= 0 else {
            throw JournalError(.damaged, "the snapshot does not say its revision")
        }
        state.revision = UInt64(revision)
        do {
            state.auditDebts = try AuditDebts(reading: head)
        } catch {
            throw JournalError(.damaged, "the snapshot can't be used: \(error.detail)")
        }
    }

    private static func json(_ line: [UInt8]) throws(JournalError) -> JSONValue {
        do {
            return try JSONValue(parsing: line, limits: .stored)
        } catch {
            throw JournalError(.damaged, "a line of the snapshot is not JSON")
        }
    }

    static func change(_ line: [UInt8]) throws(JournalError) -> Change {
        let json = try json(line)
        do {
            return try Change(json)
        } catch {
            throw JournalError(.damaged, "the snapshot can't be used: \(error.detail)")
        }
    }

    private static func entry(_ record: JournalRecord) throws(JournalError) -> LogEntry {
        do {
            return try LogEntry(parsing: record.payload)
        } catch {
            throw JournalError(
                .damaged,
                "the record at position \(record.position) can't be used: \(error.detail)"
            )
        }
    }
}

extension State {
    /// Applies what a record says.
    fileprivate mutating func apply(_ entry: LogEntry, of record: JournalRecord) {
        apply(entry, position: record.position)
        position = record.position
    }
}
