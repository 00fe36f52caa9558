import Ledger
import Synchronization

/// A log that many journals share, whose connections fail by chance: what a database does to its
/// clients, without one.
final class SharedMedium: Sendable {
    /// What becomes of an append.
    enum Fate: Sendable, Hashable {
        case normal
        /// The medium is away: nothing is appended.
        case unavailable
        /// The outcome is not known, and it was appended.
        case unknownAppended
        /// The outcome is not known, and it never will be appended.
        case unknownLost
    }

    struct Content {
        var records: [JournalRecord] = []
        /// The newest snapshot, and up to where records were removed.
        var snapshot: (position: UInt64, lines: [[UInt8]])?
        var removedPosition: UInt64 = 0
        /// The journal that holds the head.
        var holder: Int?
        var isAway = false
        /// What others append, one each time that the journal with the id 1 reads on.
        var others: [JournalRecord] = []
        var fates: [Fate] = []
    }

    let content = Mutex(Content())

    var records: [JournalRecord] { content.withLock { $0.records } }

    /// What the next appends meet, one after the other; nothing unusual after the last.
    func expect(_ fates: [Fate]) { content.withLock { $0.fates += fates } }

    /// Removes the records that the snapshot covers.
    func prune() { content.withLock { $0.removedPosition = $0.snapshot?.position ?? 0 } }

    /// Lets the medium go away, or come back.
    func setAway(_ isAway: Bool) { content.withLock { $0.isAway = isAway } }
}

/// A journal on a shared medium.
final class SharedMediumJournal: SharedJournal {
    private let medium: SharedMedium
    private let id: Int
    private let polling: Duration

    init(_ medium: SharedMedium, id: Int, polling: Duration = .milliseconds(2)) {
        (self.medium, self.id, self.polling) = (medium, id, polling)
    }

    func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        let records = medium.records
        for each in records { try record(each) }
        return JournalReport(
            snapshotPosition: 0,
            lastPosition: UInt64(records.count),
            tornByteCount: 0
        )
    }

    func append(_ records: [JournalRecord]) async throws(JournalError) {
        JournalRecord.requireBatch(records)
        await turn()
        try medium.content.withLock { (content) throws(JournalError) in
            defer { if content.holder == id { content.holder = nil } }
            try Self.check(content)
            let fate = content.fates.isEmpty ? .normal : content.fates.removeFirst()
            if fate == .unavailable { throw Self.away }
            if fate == .unknownLost { throw Self.unknown }
            guard records[0].position == UInt64(content.records.count) + 1 else {
                throw JournalError(.conflict, "others were first")
            }
            content.records += records
            if fate == .unknownAppended { throw Self.unknown }
        }
    }

    func records(after position: UInt64) async throws(JournalError) -> [JournalRecord] {
        try medium.content.withLock { (content) throws(JournalError) in
            try Self.check(content)
            guard position >= content.removedPosition else {
                throw JournalError(.notKept, "position \(position + 1) was removed")
            }
            if id == 1, content.holder == nil, let other = content.others.first {
                content.others.removeFirst()
                content.records.append(other)
            }
            // Three at a time, so that catching up takes more than one reading.
            return Array(content.records.dropFirst(Int(position)).prefix(3))
        }
    }

    func waitForRecords(after position: UInt64) async {
        do { try await Task.sleep(for: polling) } catch { return }
    }

    func takeHead() async throws(JournalError) -> UInt64 {
        await turn()
        return try medium.content.withLock { (content) throws(JournalError) in
            try Self.check(content)
            content.holder = id
            return UInt64(content.records.count)
        }
    }

    func releaseHead() async {
        medium.content.withLock { if $0.holder == id { $0.holder = nil } }
    }

    var standing: SharedJournalStanding {
        medium.content.withLock { content in
            SharedJournalStanding(
                isConnected: !content.isAway,
                headPosition: UInt64(content.records.count),
                age: .zero,
                failure: content.isAway ? "away" : nil
            )
        }
    }

    func save(_ snapshot: any SnapshotSource) async throws(JournalError) {
        var lines: [[UInt8]] = []
        try snapshot.forEachLine { (line) throws(JournalError) in lines.append(line) }
        medium.content.withLock { $0.snapshot = (snapshot.position, lines) }
    }

    func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let history = try medium.content.withLock { (content) throws(JournalError) in
            try Self.check(content)
            return History(content: content)
        }
        return try read(history)
    }

    func withNewest<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value { try await withHistory(read) }

    private struct History: JournalHistory {
        let content: SharedMedium.Content

        var snapshotPositions: [UInt64] { content.snapshot.map { [$0.position] } ?? [] }
        var firstPosition: UInt64 { content.removedPosition + 1 }
        var lastPosition: UInt64 { UInt64(content.records.count) }

        func forEachLine(
            ofSnapshot position: UInt64,
            _ visit: ([UInt8]) throws(JournalError) -> Bool
        ) throws(JournalError) {
            for line in content.snapshot?.lines ?? [] { guard try visit(line) else { return } }
        }

        func forEachRecord(
            after position: UInt64,
            _ visit: (JournalRecord) throws(JournalError) -> Bool
        ) throws(JournalError) {
            for record in content.records[Int(position)...] {
                guard try visit(record) else { return }
            }
        }
    }

    func close() async { await releaseHead() }

    /// Waits while another journal holds the head.
    private func turn() async {
        while true {
            let isFree = medium.content.withLock { $0.holder == nil || $0.holder == id }
            if isFree { return }
            await Task.yield()
        }
    }

    private static func check(_ content: SharedMedium.Content) throws(JournalError) {
        if content.isAway { throw away }
    }

    private static let away = JournalError(.unavailable, "the medium is away")
    private static let unknown = JournalError(.unknown, "the connection was lost")
}
