import Ledger
public import Model
import Platform
import Synchronization

/// Lets a request with an `Idempotency-Key` run once, and gives its answer again (API section 2).
///
/// A key is claimed in memory, so that two requests with it at once can't both run. A write's answer
/// goes into the very entry of the log that holds its changes (`IdempotencyTicket`). `execute` makes
/// its claim durable before anything is sent: when the process dies in between, the key answers 409
/// until it expires, and nobody pays twice.
public final class IdempotencyGate: Sendable {
    /// The longest key, in bytes.
    public static let keyByteCountMax = 255
    /// How often a full table is searched for what has expired.
    static let sweepInterval = Duration.seconds(60)

    /// What a request's key leads to.
    public enum Passage: Sendable {
        /// It runs, and must be finished.
        case run(IdempotencyTicket)
        /// It ran before; this was its answer.
        case replay(IdempotentAnswer)
    }

    /// What must be the same for two requests to be one.
    public struct Question: Sendable {
        /// The caller's key.
        public let key: String
        /// The operation and what its path names, decoded.
        public let request: String
        /// The query, the body, and the headers that count.
        public let content: [UInt8]
        /// Whether the claim itself must survive the process.
        public let isDurable: Bool

        /// A question.
        public init(key: String, request: String, content: [UInt8], isDurable: Bool) {
            self.key = key
            self.request = request
            self.content = content
            self.isDurable = isDurable
        }
    }

    private let ledger: Ledger
    private let running = Mutex<Set<String>>([])
    private let sweptAt = Mutex(Timestamp.earliest)

    init(ledger: Ledger) { self.ledger = ledger }

    /// Asks for passage.
    ///
    /// - Returns: Whether the request runs, or its first answer.
    /// - Throws: `IDEMPOTENCY_KEY_REUSED` with another body, `IDEMPOTENCY_IN_PROGRESS` while the
    ///   first one runs or when its outcome was lost, `INVALID_PARAMETER` for a key that is none,
    ///   `OVERLOADED` when no more keys can be remembered.
    public func enter(
        _ question: Question,
        caller: Caller,
        now: Timestamp
    ) async throws(CommandError) -> Passage {
        let key = question.key
        let isGood = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isGood, (1...Self.keyByteCountMax).contains(key.utf8.count) else {
            let rule = "must be 1 to \(Self.keyByteCountMax) visible ASCII characters"
            throw .parameter("Idempotency-Key", rule)
        }
        let owner = caller.credential.id.text
        // Who bears tokens of two tenants is somebody else in each: not every path names the tenant.
        let tenant = caller.storedCredential == nil ? caller.credential.tenant : nil
        let parts = [owner] + (tenant.map { [$0.text] } ?? []) + [question.request, key]
        let id = Hex.encode(Digest.sha256(parts.joined(separator: "\n")))
        guard running.withLock({ $0.insert(id).inserted }) else { throw Self.inProgress }
        do {
            let digest = Hex.encode(Digest.sha256(question.content))
            let known = try await known(id, digest, owner, caller, now)
            if let answer = known?.answer {
                release(id)
                let headers = answer.headers
                let again = IdempotentAnswer(
                    status: answer.status,
                    headers: headers,
                    body: answer.body
                )
                return .replay(again)
            }
            let ticket = IdempotencyTicket(
                id: id,
                bodyDigest: digest,
                owner: owner,
                expiresAt: now + IdempotencyRecord.lifetime,
                isDurable: question.isDurable,
                pinned: known?.repeatableOn
            )
            if question.isDurable {
                try await commit(ticket.change(answer: nil), caller, now) {
                    (state) throws(CommandError) in
                    // What is claimed is a call: none is made behind the end of its key.
                    try caller.checkKey(in: state, at: now)
                    try ticket.checkClaim(state, now: now)
                }
            }
            return .run(ticket)
        } catch {
            release(id)
            throw error
        }
    }

    /// Ends a request that ran: its answer is kept, when it is final; else the key is free again, or
    /// bound to the connection that may have been called.
    ///
    /// When the store can't keep it, a durable claim stands, and the key answers 409 from now on: the
    /// request's own answer is given all the same.
    public func leave(
        _ ticket: IdempotencyTicket,
        answer: IdempotentAnswer?,
        effect: CommandError.Effect,
        caller: Caller,
        now: Timestamp
    ) async {
        defer { release(ticket.id) }
        guard !ticket.isRecorded else { return }
        var change: Change?
        if let answer {
            // What is too large to keep is not forgotten: a durable claim stands.
            guard answer.body.count <= IdempotencyRecord.bodyByteCountMax else { return }
            change = ticket.change(answer: answer)
        } else if case .repeatable(let connection) = effect {
            change = ticket.change(answer: nil, repeatableOn: connection)
        } else if let connection = ticket.pinned, effect != .spent {
            // That this try was refused undoes nothing of what an earlier one may have done.
            change = ticket.change(answer: nil, repeatableOn: connection)
        } else if ticket.isDurable, effect != .spent {
            change = .removeIdempotency(ticket.id)
        }
        guard let change else { return }
        do {
            try await commit(change, caller, now) { (state) throws(CommandError) in
                // Another process may have been asked the same, and have answered it.
                if state.idempotency[ticket.id]?.answer != nil { throw Self.inProgress }
            }
        } catch {
            // There is an answer, or the ledger is read-only or overloaded, which its own metrics and log tell.
            return
        }
    }

    private func release(_ id: String) { running.withLock { _ = $0.remove(id) } }

    /// What is remembered of the key; nil when it is new.
    private func known(
        _ id: String,
        _ digest: String,
        _ owner: String,
        _ caller: Caller,
        _ now: Timestamp
    ) async throws(CommandError) -> IdempotencyRecord? {
        guard let record = ledger.state.idempotency[id], record.expiresAt > now else {
            try await checkRoom(owner, caller, now)
            return nil
        }
        guard record.bodyDigest == digest else {
            throw CommandError(
                .invalid,
                "IDEMPOTENCY_KEY_REUSED",
                "The Idempotency-Key was used for another request."
            )
        }
        guard record.answer != nil || record.repeatableOn != nil else {
            throw Self.unsettled(record, isShared: ledger.following != nil, now: now)
        }
        return record
    }

    /// - Throws: `OVERLOADED` when there is no room for another key.
    private func checkRoom(
        _ owner: String,
        _ caller: Caller,
        _ now: Timestamp
    ) async throws(CommandError) {
        if hasRoom(owner) { return }
        let mayBeSwept = sweptAt.withLock { sweptAt in
            guard now - sweptAt >= Self.sweepInterval else { return false }
            sweptAt = now
            return true
        }
        if mayBeSwept, ledger.state.idempotency.hasExpired(at: now) {
            try await commit(.expireIdempotency, caller, now)
        }
        guard hasRoom(owner) else {
            throw CommandError(
                .unavailable,
                "OVERLOADED",
                "Too many idempotency keys are remembered; they are kept for 24 hours.",
                retryAfterSeconds: 60
            )
        }
    }

    private func hasRoom(_ owner: String) -> Bool {
        let table = ledger.state.idempotency
        return table.count < IdempotencyRecord.countMax
            && table.byteCount < IdempotencyRecord.byteCountMax
            && table.count(of: owner) < IdempotencyRecord.countPerOwnerMax
    }

    private func commit(
        _ change: Change,
        _ caller: Caller,
        _ now: Timestamp,
        _ check: @escaping @Sendable (State) throws(CommandError) -> Void = {
            (_) throws(CommandError) in
        }
    ) async throws(CommandError) {
        do {
            _ = try await ledger.commit(actor: caller.actor, now: now) {
                (state, _) throws(CommandError) in
                try check(state)
                return Ledger.Plan([change], answer: true)
            }
        } catch {
            throw CommandError(error)
        }
    }
}
