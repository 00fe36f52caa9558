#if PostgreSQL
import Ledger
import Platform

/// Reads a log at the start: connects, brings the tables up to date, and hands on the newest whole
/// snapshot and the records behind it.
struct LogLoader {
    let configuration: PostgresJournal.Configuration
    let stop: Bell

    /// What was found.
    struct Found {
        let report: JournalReport
        let identity: LogKnowledge.Identity
    }

    /// Reads on the calling thread, which waits for the database as long as a start may.
    func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Found {
        let reading = try asJournal { () throws(PostgresFailure) in try begin() }
        var warnings: [String] = []
        let snapshot = try readSnapshot(in: reading, warnings: &warnings, line)
        let start = snapshot ?? 0
        guard start + 1 >= reading.firstPosition || start == reading.head.position else {
            throw JournalError(
                .damaged,
                "there is no whole snapshot from which the records, the first of which has position "
                    + "\(reading.firstPosition), go on: restore the database from a backup"
            )
        }
        try reading.forEachRecord(after: start) { (found, _) throws(JournalError) in
            try record(found)
            return true
        }
        try asJournal { () throws(PostgresFailure) in try reading.end() }
        let last = UInt64(reading.head.position)
        return Found(
            report: JournalReport(
                snapshotPosition: UInt64(start),
                lastPosition: last,
                tornByteCount: 0,
                warnings: warnings
            ),
            identity: LogKnowledge.Identity(
                position: reading.head.position,
                batch: reading.head.batch
            )
        )
    }

    /// A connection, up-to-date tables, and a transaction that sees one moment.
    private func begin() throws(PostgresFailure) -> LogSnapshotReading {
        let deadline = MonotonicClock.now + configuration.startTimeout
        let role = PostgresLink.Role(name: "start", idleTimeout: configuration.readerTimeout)
        var link = PostgresLink(configuration, role, stop: stop)
        while true {
            let session = try link.connected(until: deadline, isStarting: true).session
            do {
                let limit = MonotonicClock.now + configuration.answerTimeout
                try Migration.apply(session, configuration.ledger, until: limit)
                return try LogSnapshotReading(
                    session,
                    LogStatements(ledger: configuration.ledger),
                    answerTimeout: configuration.answerTimeout
                )
            } catch {
                // Nothing was handed out yet, and every step may be done again.
                switch error {
                case .lost, .unsent: link.drop()
                case .refused(let state, _) where SQLState.isPassing(state): link.drop()
                case .refused, .unreachable, .stopped, .journal: throw error
                }
                if MonotonicClock.now >= deadline { throw error }
                try link.pause(until: deadline)
            }
        }
    }

    /// Hands on the newest whole snapshot and answers its position; nil when there is none.
    private func readSnapshot(
        in reading: LogSnapshotReading,
        warnings: inout [String],
        _ line: ([UInt8]) throws(JournalError) -> Void
    ) throws(JournalError) -> Int64? {
        for snapshot in reading.snapshots {
            let digests = try asJournal { () throws(PostgresFailure) in
                try reading.digests(of: snapshot)
            }
            guard let digests, snapshot.position <= reading.head.position else {
                warnings.append(snapshot.damage + "; the one before it was read")
                continue
            }
            try reading.forEachLine(of: snapshot, digests: digests) { (text) throws(JournalError) in
                try line(text)
                return true
            }
            return snapshot.position
        }
        return nil
    }
}
#endif
