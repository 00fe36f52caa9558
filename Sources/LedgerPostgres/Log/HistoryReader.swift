#if PostgreSQL
import Ledger
import Platform

/// Lends the log to readers of the past, on a connection of their own, one after another: the state of
/// the journal's reading queue, whose thread a reader may block.
struct HistoryReader {
    private let configuration: PostgresJournal.Configuration
    private var link: PostgresLink
    private var isClosed = false

    init(_ configuration: PostgresJournal.Configuration, stop: Bell) {
        self.configuration = configuration
        let role = PostgresLink.Role(name: "history", idleTimeout: configuration.readerTimeout)
        link = PostgresLink(configuration, role, stop: stop)
    }

    /// Lends what the log has now to `read`, in one transaction; with `knowledge`, its end is then what
    /// this process knows of the log.
    mutating func withHistory<Value>(
        noting knowledge: LogKnowledge? = nil,
        _ read: (any JournalHistory) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        guard !isClosed else { throw PostgresJournal.isClosed }
        let reading = try begin()
        do {
            let value = try read(PostgresHistory(reading: reading))
            try asJournal { () throws(PostgresFailure) in try reading.end() }
            knowledge?
                .note(
                    LogKnowledge.Identity(
                        position: reading.head.position,
                        batch: reading.head.batch
                    )
                )
            return value
        } catch {
            // Whatever went wrong, the next reading begins outside of this transaction.
            link.drop()
            throw error
        }
    }

    mutating func close() {
        link.drop()
        isClosed = true
    }

    private mutating func begin() throws(JournalError) -> LogSnapshotReading {
        let deadline = MonotonicClock.now + configuration.outcomeTimeout
        while true {
            do {
                return try LogSnapshotReading(
                    link.connected(until: deadline).session,
                    LogStatements(ledger: configuration.ledger),
                    answerTimeout: configuration.answerTimeout
                )
            } catch {
                link.drop()
                switch error {
                case .lost, .unsent: break
                case .refused, .unreachable, .stopped, .journal: throw error.journalError
                }
                if MonotonicClock.now >= deadline { throw error.journalError }
                try asJournal { () throws(PostgresFailure) in try link.pause(until: deadline) }
            }
        }
    }
}

/// What one transaction sees of a log.
private struct PostgresHistory: JournalHistory {
    let reading: LogSnapshotReading

    var snapshotPositions: [UInt64] {
        reading.snapshots.reversed().map { snapshot in UInt64(snapshot.position) }
    }
    var firstPosition: UInt64 { UInt64(reading.firstPosition) }
    var lastPosition: UInt64 { UInt64(reading.head.position) }

    func forEachLine(
        ofSnapshot position: UInt64,
        _ visit: ([UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        let wanted = reading.snapshots.first { snapshot in UInt64(snapshot.position) == position }
        guard let wanted else {
            throw JournalError(.notKept, "there is no snapshot of position \(position)")
        }
        let digests = try asJournal { () throws(PostgresFailure) in
            try reading.digests(of: wanted)
        }
        guard let digests else { throw JournalError(.damaged, wanted.damage) }
        try reading.forEachLine(of: wanted, digests: digests, visit)
    }

    func forEachRecord(
        after position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard position < lastPosition else { return }
        guard position + 1 >= firstPosition else {
            throw JournalError(.notKept, "the log begins at position \(firstPosition)")
        }
        try reading.forEachRecord(after: Int64(position)) { (record, _) throws(JournalError) in
            try visit(record)
        }
    }
}
#endif
