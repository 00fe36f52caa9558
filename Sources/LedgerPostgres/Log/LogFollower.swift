#if PostgreSQL
import Dispatch
import Ledger
import Platform
import Synchronization

/// Follows the log on a connection of its own: hears of new records, looks for itself now and then,
/// and reads them.
///
/// Callers put requests into the mailbox and ring; everything else happens on the follower's queue,
/// whose thread waits for the socket, the bell, and the next time to look.
///
/// `Sendable` is unchecked because `link`, `pending` and the times belong to the queue: nothing else
/// touches them after `start`.
final class LogFollower: @unchecked Sendable {
    /// The most requests and waiters that there are at once; who comes later is turned away.
    static let mailCountMax = 256

    typealias Answer = Result<[JournalRecord], JournalError>

    private struct Request {
        let position: UInt64
        let deadline: MonotonicInstant
        let continuation: CheckedContinuation<Answer, Never>
    }

    private struct Waiter {
        let position: UInt64
        let deadline: MonotonicInstant
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct Mailbox {
        var requests: [Request] = []
        var waiters: [Waiter] = []
        var isStopping = false
    }

    private let configuration: PostgresJournal.Configuration
    private let statements: LogStatements
    private let knowledge: LogKnowledge
    private let stopBell: Bell
    private let mailBell = Bell()
    private let mailbox = Mutex(Mailbox())
    private let queue = DispatchQueue(label: "bindery.ledger.follow")

    // On the queue.
    private var link: PostgresLink
    private var pending: [Request] = []
    private var nextAttempt = MonotonicClock.now
    private var nextLook = MonotonicClock.now

    init(
        _ configuration: PostgresJournal.Configuration,
        _ knowledge: LogKnowledge,
        stop: Bell
    ) {
        self.configuration = configuration
        self.knowledge = knowledge
        stopBell = stop
        statements = LogStatements(ledger: configuration.ledger)
        let role = PostgresLink.Role(name: "follow", idleTimeout: configuration.lockTimeout)
        link = PostgresLink(configuration, role, stop: stop)
    }

    /// Begins to follow, until it is stopped.
    func start() { queue.async { self.run() } }

    /// Ends soon: who waits is let go, requests fail.
    func stop() {
        mailbox.withLock { mailbox in mailbox.isStopping = true }
        mailBell.ring()
    }

    // MARK: From any thread

    /// Reads some records behind a position; see `SharedJournal.records(after:)`.
    func records(after position: UInt64) async -> Answer {
        await withCheckedContinuation { continuation in
            let request = Request(
                position: position,
                deadline: MonotonicClock.now + configuration.outcomeTimeout,
                continuation: continuation
            )
            let isTaken = mailbox.withLock { mailbox in
                let isTaken = !mailbox.isStopping && mailbox.requests.count < Self.mailCountMax
                if isTaken { mailbox.requests.append(request) }
                return isTaken
            }
            if isTaken {
                mailBell.ring()
            } else {
                continuation.resume(returning: .failure(Self.isTurnedAway))
            }
        }
    }

    /// Waits for records behind a position; see `SharedJournal.waitForRecords`.
    func wait(for position: UInt64) async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(
                position: position,
                deadline: MonotonicClock.now + configuration.pollingInterval,
                continuation: continuation
            )
            let isTaken = mailbox.withLock { mailbox in
                let isTaken = !mailbox.isStopping && mailbox.waiters.count < Self.mailCountMax
                if isTaken { mailbox.waiters.append(waiter) }
                return isTaken
            }
            if isTaken { mailBell.ring() } else { continuation.resume() }
        }
    }

    private static let isTurnedAway = JournalError(
        .unavailable,
        "the journal is closed, or has too much to do"
    )

    // MARK: On the queue

    private func run() {
        while true {
            mailBell.silence()
            let (requests, isStopping) = mailbox.withLock { mailbox in
                defer { mailbox.requests = [] }
                return (mailbox.requests, mailbox.isStopping)
            }
            pending += requests
            if isStopping { return end() }
            follow()
            expire()
            letGo()
            let socket = link.session?.socket
            _ = SocketWait.wait(for: socket, orBell: mailBell, until: nextEvent)
        }
    }

    private func end() {
        let waiters = mailbox.withLock { mailbox in
            defer { mailbox.waiters = [] }
            return mailbox.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
        for request in pending {
            request.continuation.resume(returning: .failure(PostgresJournal.isClosed))
        }
        pending = []
        link.drop()
        knowledge.disconnected("the journal was closed")
    }

    /// Connects if it is time to, looks at the head if it is time to, and serves requests.
    private func follow() {
        do {
            try knowledge.requireSame()
            guard let session = try session() else { return }
            let isNotified = try session.takeNotifications()
            if isNotified || nextLook <= MonotonicClock.now { try look(session) }
            while let request = pending.first {
                let answer = try answer(to: request, on: session)
                pending.removeFirst()
                request.continuation.resume(returning: answer)
            }
        } catch {
            link.drop()
            knowledge.disconnected(error.message)
            nextAttempt = MonotonicClock.now + link.nextPause()
            switch error {
            case .journal(let error): refuseAll(error)
            // What the server refuses it would refuse again.
            case .refused(let state, _) where !SQLState.isPassing(state):
                refuseAll(error.journalError)
            case .refused, .unsent, .lost, .unreachable, .stopped: break
            }
        }
    }

    /// The session; nil while it is not yet time for another attempt.
    private func session() throws(PostgresFailure) -> PostgresSession? {
        if let session = link.session, !session.isBroken { return session }
        guard nextAttempt <= MonotonicClock.now else { return nil }
        let session = try link.connect(until: MonotonicClock.now + configuration.connectTimeout)
        let identity = knowledge.identity
        let results = try session.run(
            [
                PostgresStatement("LISTEN \"\(statements.channel)\""),
                statements.head, statements.batch(at: identity.position),
            ],
            until: lookDeadline
        )
        let head = try LogHead(results[1], ledger: statements.ledger)
        let batch = results[2].rowCount == 1 ? results[2].bytes(0, 0) : nil
        try knowledge.check(identity, against: head, batch: batch)
        link.forgetFailures()
        knowledge.connected()
        saw(head)
        return session
    }

    private func look(_ session: PostgresSession) throws(PostgresFailure) {
        let identity = knowledge.identity
        let head = try LogHead(
            session.run(statements.head, until: lookDeadline),
            ledger: statements.ledger
        )
        try knowledge.check(identity, against: head)
        saw(head)
    }

    private func saw(_ head: LogHead) {
        knowledge.sawHead(at: head.position)
        nextLook = MonotonicClock.now + configuration.pollingInterval
    }

    /// How long the row of the head may take: it is one page of memory at the server.
    private var lookDeadline: MonotonicInstant {
        MonotonicClock.now + configuration.connectTimeout
    }

    /// - Throws: What is worth another attempt, or ends them all.
    private func answer(
        to request: Request,
        on session: PostgresSession
    ) throws(PostgresFailure) -> Answer {
        let position = Int64(bitPattern: request.position)
        let results = try session.run(
            [
                statements.head,
                statements.records(
                    after: position,
                    countMax: PostgresJournal.followedCountMax,
                    byteCountMax: PostgresJournal.followedByteCountMax
                ),
            ],
            until: MonotonicClock.now + configuration.answerTimeout
        )
        // The head was read first, so it is not beyond the records.
        let head = try LogHead(results[0], ledger: statements.ledger)
        saw(head)
        return Self.answer(to: position, head, results[1], knowledge)
    }

    private static func answer(
        to position: Int64,
        _ head: LogHead,
        _ rows: PostgresResult,
        _ knowledge: LogKnowledge
    ) -> Answer {
        var records: [JournalRecord] = []
        for row in 0..<rows.rowCount {
            let next = position + 1 + Int64(row)
            guard rows.integer(row, 0) == next, let payload = rows.bytes(row, 2) else {
                // Removed from the oldest on, so a gap is at the beginning.
                return .failure(notKept(next))
            }
            records.append(JournalRecord(position: UInt64(next), payload: payload))
        }
        if records.isEmpty, head.position > position { return .failure(notKept(position + 1)) }
        if let last = records.last, let batch = rows.bytes(records.count - 1, 1) {
            knowledge.note(
                LogKnowledge.Identity(position: Int64(last.position), batch: batch)
            )
        }
        return .success(records)
    }

    private static func notKept(_ position: Int64) -> JournalError {
        JournalError(.notKept, "the record of position \(position) is no longer kept")
    }

    private func refuseAll(_ error: JournalError) {
        for request in pending { request.continuation.resume(returning: .failure(error)) }
        pending = []
    }

    /// Ends requests whose time is up.
    private func expire() {
        let now = MonotonicClock.now
        let expired = pending.filter { request in request.deadline <= now }
        pending.removeAll { request in request.deadline <= now }
        let detail = knowledge.standing.failure ?? "the database did not answer in time"
        for request in expired {
            request.continuation.resume(returning: .failure(JournalError(.unavailable, detail)))
        }
    }

    /// Lets those go for whom there are records, or who have waited long enough.
    private func letGo() {
        let (head, now) = (knowledge.headPosition, MonotonicClock.now)
        let ready = mailbox.withLock { mailbox in
            let ready = mailbox.waiters.filter { waiter in
                waiter.position < head || waiter.deadline <= now
            }
            mailbox.waiters.removeAll { waiter in
                waiter.position < head || waiter.deadline <= now
            }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// When there is something to do again, unless the socket or the bell comes first.
    private var nextEvent: MonotonicInstant {
        let waiters = mailbox.withLock { mailbox in mailbox.waiters.map(\.deadline) }
        let own = link.session == nil ? nextAttempt : nextLook
        return (waiters + pending.map(\.deadline)).reduce(own) { first, next in min(first, next) }
    }
}
#endif
