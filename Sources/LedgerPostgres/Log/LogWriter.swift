#if PostgreSQL
import Ledger
import Platform

/// Appends to the log, and holds its head: the state of the journal's writing queue.
///
/// **One round trip.** A batch is one statement, which is a transaction by itself: it updates the head
/// row where the position and the fence are the expected ones, inserts the records if that hit, and
/// notifies. What makes it right is READ COMMITTED: an `UPDATE` that finds the row locked waits for
/// the other transaction, and then evaluates its `WHERE` on the row as that one left it. So of two
/// writers at one position one hits and the other misses; nobody overtakes, nothing is overwritten.
///
/// **A lost connection.** When the connection ends between the sending and the answer, the batch may
/// be committed, may never be, or may be committed later: the old backend still works on it, or the
/// bytes are still on their way. So the writer connects anew and first moves the *fence*, which waits
/// for whoever holds the row, and makes every statement sent before miss its `WHERE`. (To select the
/// row `FOR UPDATE` would not do: a late statement would wait for the lock, find the row unchanged, and
/// hit.) Behind the fence the answer is final: the record at the batch's first position carries the
/// batch's name or it does not.
///
/// **Warnings.** A commit whose wait for a synchronous standby was broken off, by an operator's
/// `pg_cancel_backend` for one, succeeds with a warning. It counts as a lost connection: the fence's
/// own commit waits for the standby, which then has everything before it too.
struct LogWriter {
    let configuration: PostgresJournal.Configuration
    let statements: LogStatements
    let knowledge: LogKnowledge
    private let stop: Bell
    var link: PostgresLink
    /// The fence that the next statement names.
    var fence: Int64 = 0
    /// Whether a transaction is open that holds the head row's lock.
    var isHeld = false
    private var isClosed = false

    init(
        _ configuration: PostgresJournal.Configuration,
        _ knowledge: LogKnowledge,
        stop: Bell
    ) {
        self.configuration = configuration
        self.knowledge = knowledge
        self.stop = stop
        statements = LogStatements(ledger: configuration.ledger)
        let role = PostgresLink.Role(name: "append", idleTimeout: configuration.headLease)
        link = PostgresLink(configuration, role, stop: stop)
    }

    /// Appends a batch; see `SharedJournal`.
    mutating func append(_ records: [JournalRecord]) throws(JournalError) {
        guard !isClosed else { throw PostgresJournal.isClosed }
        guard !records.isEmpty else { return }
        let batch = LogBatch(records)
        var deadline = MonotonicClock.now + configuration.outcomeTimeout
        var isLost = false
        while true {
            do {
                try knowledge.requireSame()
                if try place(batch, until: deadline) { return }
            } catch {
                // The time for finding out begins when there is something to find out, once.
                if !isLost, knowledge.isUnsettled {
                    isLost = true
                    deadline = MonotonicClock.now + configuration.outcomeTimeout
                }
                try recover(from: error, until: deadline)
            }
        }
    }

    /// One attempt: true when the batch is in the log, false asks for another attempt.
    private mutating func place(
        _ batch: LogBatch,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> Bool {
        if knowledge.isUnsettled, try settle(batch, until: deadline) { return true }
        let session = try ready(until: deadline)
        if try send(batch, on: session) {
            // Acknowledged with a warning is not acknowledged.
            if session.hasWarned {
                knowledge.isUnsettled = true
                drop()
                return false
            }
            noteCommitted(batch)
            return true
        }
        let head = try look(session)
        guard head.position == batch.position else { throw .journal(conflict(batch, head)) }
        // Another process had to move the fence, and has not appended.
        fence = head.fence
        return false
    }

    private mutating func noteCommitted(_ batch: LogBatch) {
        knowledge.note(LogKnowledge.Identity(position: batch.lastPosition, batch: batch.id))
        knowledge.sawHead(at: batch.lastPosition)
        link.forgetFailures()
    }

    private func conflict(_ batch: LogBatch, _ head: LogHead) -> JournalError {
        JournalError(
            .conflict,
            "the log ends at position \(head.position), the batch begins at \(batch.position + 1)"
        )
    }

    // MARK: Statements

    /// Sends a batch; whether it hit.
    ///
    /// From before the first byte until a definite answer, the outcome counts as unknown.
    private mutating func send(
        _ batch: LogBatch,
        on session: PostgresSession
    ) throws(PostgresFailure) -> Bool {
        session.hasWarned = false
        knowledge.isUnsettled = true
        do {
            let parts = batch.parts
            let isHit =
                if parts.count == 1 {
                    try sendAtOnce(batch, on: session)
                } else {
                    try send(batch, in: parts, on: session)
                }
            isHeld = false
            knowledge.isUnsettled = false
            return isHit
        } catch {
            isHeld = false
            switch error {
            case .refused, .unsent: knowledge.isUnsettled = false
            case .lost, .unreachable, .stopped, .journal: break
            }
            throw error
        }
    }

    private func sendAtOnce(
        _ batch: LogBatch,
        on session: PostgresSession
    ) throws(PostgresFailure) -> Bool {
        let append = statements.append(
            batch.payloads,
            batch: batch.id,
            after: batch.position,
            fence: fence
        )
        let commit = isHeld ? [PostgresStatement("COMMIT", name: "commit")] : []
        let results = try session.run([append] + commit, until: answerDeadline)
        return results[0].rowCount == 1
    }

    private func send(
        _ batch: LogBatch,
        in parts: [ArraySlice<[UInt8]>],
        on session: PostgresSession
    ) throws(PostgresFailure) -> Bool {
        let begin = isHeld ? [] : [PostgresStatement("BEGIN")]
        let move = statements.move(
            to: batch.lastPosition,
            batch: batch.id,
            from: batch.position,
            fence: fence
        )
        let moved = try session.run(begin + [move], until: answerDeadline)
        guard moved[begin.count].rowCount == 1 else {
            _ = try session.run(PostgresStatement("ROLLBACK"), until: answerDeadline)
            return false
        }
        var position = batch.position
        for part in parts {
            let add = statements.add(part, batch: batch.id, after: position)
            _ = try session.run(add, until: answerDeadline)
            position += Int64(part.count)
        }
        let end = [statements.notify(position), PostgresStatement("COMMIT")]
        _ = try session.run(end, until: answerDeadline)
        return true
    }

    private var answerDeadline: MonotonicInstant {
        MonotonicClock.now + configuration.answerTimeout
    }

    private func look(_ session: PostgresSession) throws(PostgresFailure) -> LogHead {
        let result = try session.run(statements.head, until: answerDeadline)
        let head = try LogHead(result, ledger: statements.ledger)
        knowledge.sawHead(at: head.position)
        return head
    }

    // MARK: Sessions

    /// A session on the log that this process knows.
    private mutating func ready(
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresSession {
        let (session, isNew) = try link.connected(until: deadline)
        if isNew {
            isHeld = false
            fence = try check(session, reading: statements.head).fence
        }
        return session
    }

    /// Reads or changes the head, and compares the log with what is known of it.
    private func check(
        _ session: PostgresSession,
        reading statement: PostgresStatement
    ) throws(PostgresFailure) -> LogHead {
        let identity = knowledge.identity
        let results = try session.run(
            [statement, statements.batch(at: identity.position)],
            until: answerDeadline
        )
        let head = try LogHead(results[0], ledger: statements.ledger)
        let batch = results[1].rowCount == 1 ? results[1].bytes(0, 0) : nil
        try knowledge.check(identity, against: head, batch: batch)
        knowledge.sawHead(at: head.position)
        return head
    }

    private mutating func drop() {
        isHeld = false
        link.drop()
    }

    // MARK: Outcomes

    /// Makes what was sent before come to nothing unless it is done, and looks whether it was.
    ///
    /// - Returns: Whether the batch is in the log. False: it is not, and never will be by itself.
    /// - Throws: `.journal` with `.conflict` when other records stand in its place.
    private mutating func settle(
        _ batch: LogBatch?,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> Bool {
        let (session, isNew) = try link.connected(until: deadline)
        if isNew { isHeld = false }
        session.hasWarned = false
        let moved = try check(session, reading: statements.fence)
        if session.hasWarned { throw .lost("the fence may not be on the standby") }
        fence = moved.fence
        guard let batch else {
            knowledge.isUnsettled = false
            return false
        }
        let found = try session.run(statements.batch(at: batch.position + 1), until: answerDeadline)
        if found.rowCount == 1, found.bytes(0, 0) == batch.id {
            knowledge.isUnsettled = false
            noteCommitted(batch)
            return true
        }
        if found.rowCount == 0, moved.position > batch.position {
            // Removed by retention: others went on so far that nobody can say any more.
            knowledge.isUnsettled = false
            throw .journal(
                JournalError(.unknown, "the records behind \(batch.position) are no longer kept")
            )
        }
        knowledge.isUnsettled = false
        guard moved.position == batch.position else { throw .journal(conflict(batch, moved)) }
        return false
    }

    /// Makes the next attempt possible, or throws what the caller gets.
    private mutating func recover(
        from failure: PostgresFailure,
        until deadline: MonotonicInstant
    ) throws(JournalError) {
        // Whatever failed, the transaction that held the head has ended with it.
        if case .refused = failure { isHeld = false }
        switch failure {
        case .journal(let error): throw error
        case .stopped, .unreachable: throw final(failure)
        case .lost, .unsent: drop()
        case .refused(SQLState.readOnly, _): drop()
        case .refused(let state, _) where SQLState.isPassing(state): break
        case .refused: throw final(failure)
        }
        guard MonotonicClock.now < deadline else { throw final(failure) }
        do { try link.pause(until: deadline) } catch { throw final(failure) }
    }

    /// What a caller gets in the end: whether anything was appended is known, or is not.
    private func final(_ failure: PostgresFailure) -> JournalError {
        guard knowledge.isUnsettled else { return failure.journalError }
        return JournalError(
            .unknown,
            "the connection was lost while a batch was committed: \(failure.message)"
        )
    }
}

// MARK: The head

extension LogWriter {
    /// Takes the head, and answers the position of the last record; see `SharedJournal.takeHead`.
    mutating func takeHead() throws(JournalError) -> UInt64 {
        guard !isClosed else { throw PostgresJournal.isClosed }
        let deadline = MonotonicClock.now + configuration.outcomeTimeout
        while true {
            do {
                try knowledge.requireSame()
                if knowledge.isUnsettled { _ = try settle(nil, until: deadline) }
                let session = try ready(until: deadline)
                return UInt64(try hold(session).position)
            } catch {
                try recover(from: error, until: deadline)
            }
        }
    }

    private mutating func hold(_ session: PostgresSession) throws(PostgresFailure) -> LogHead {
        // Held already: the lease begins anew with the statement.
        let begin = isHeld ? [] : [PostgresStatement("BEGIN", name: "begin")]
        let identity = knowledge.identity
        let results = try session.run(
            begin + [statements.headForUpdate, statements.batch(at: identity.position)],
            until: answerDeadline
        )
        isHeld = true
        let head = try LogHead(results[begin.count], ledger: statements.ledger)
        let known = results[begin.count + 1]
        let batch = known.rowCount == 1 ? known.bytes(0, 0) : nil
        do {
            try knowledge.check(identity, against: head, batch: batch)
        } catch {
            drop()
            throw error
        }
        fence = head.fence
        knowledge.sawHead(at: head.position)
        return head
    }

    /// Lets go of the head.
    mutating func releaseHead() {
        guard isHeld, let session = link.session else { return }
        isHeld = false
        do {
            _ = try session.run(PostgresStatement("ROLLBACK"), until: answerDeadline)
        } catch {
            // A session that is lost, or is dropped here, holds nothing.
            drop()
        }
    }

    /// Makes sure of what became of a batch whose outcome is unknown.
    mutating func settle() throws(JournalError) {
        guard !isClosed else { throw PostgresJournal.isClosed }
        guard knowledge.isUnsettled else { return }
        let deadline = MonotonicClock.now + configuration.outcomeTimeout
        while knowledge.isUnsettled {
            do {
                _ = try settle(nil, until: deadline)
            } catch {
                try recover(from: error, until: deadline)
            }
        }
    }

    /// Ends the connection; a head that is held is free again.
    mutating func close() {
        releaseHead()
        drop()
        isClosed = true
    }
}
#endif
