import Ledger
public import Model
import Platform
import Synchronization

/// Lets a request with an `Idempotency-Key` run once, and gives its answer again (API section 2).
///
/// The first request with a key is claimed in memory, so that two at once can't both run. A claim that
/// matters beyond the process, that of `execute`, is also made durable before anything is sent: when
/// the process dies in between, the key answers 409 until it expires, and nobody pays twice.
public final class IdempotencyGate: Sendable {
    /// The longest key, in bytes.
    public static let keyByteCountMax = 255

    /// What a request's key leads to.
    public enum Passage: Sendable {
        /// It runs, and must be finished.
        case run(Claim)
        /// It ran before; this was its answer.
        case replay(IdempotentAnswer)
    }

    /// The right to run a request.
    public struct Claim: Sendable {
        let key: String
        let bodyDigest: String
        let isDurable: Bool
    }

    private let ledger: Ledger
    private let running = Mutex<Set<String>>([])

    init(ledger: Ledger) { self.ledger = ledger }

    /// Asks for passage.
    ///
    /// - Returns: Whether the request runs or ran.
    /// - Throws: `IDEMPOTENCY_KEY_REUSED` with another body, `IDEMPOTENCY_IN_PROGRESS` while the
    ///   first one runs or when its outcome was lost, `INVALID_PARAMETER` for a key that is none.
    public func enter(
        _ key: String,
        request: String,
        body: [UInt8],
        isDurable: Bool,
        caller: Caller,
        now: Timestamp
    ) async throws(CommandError) -> Passage {
        let isGood = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isGood, (1...Self.keyByteCountMax).contains(key.utf8.count) else {
            let rule = "must be 1 to \(Self.keyByteCountMax) visible ASCII characters"
            throw .parameter("Idempotency-Key", rule)
        }
        let parts = [caller.credential.id.text, request, key]
        let claim = Claim(
            key: Hex.encode(Digest.sha256(parts.joined(separator: "\n"))),
            bodyDigest: Hex.encode(Digest.sha256(body)),
            isDurable: isDurable
        )
        guard running.withLock({ $0.insert(claim.key).inserted }) else { throw Self.inProgress }
        do {
            if let known = try check(claim, ledger.state, now) {
                release(claim)
                return .replay(known)
            }
            if isDurable { try await makeDurable(claim, caller, now) }
            return .run(claim)
        } catch {
            release(claim)
            throw error
        }
    }

    /// Ends a request that ran: its answer is kept, or forgotten when `answer` is nil so that the
    /// key may be used again.
    ///
    /// Of an answer that is too large to keep, the key is: what was done must not be done twice.
    ///
    /// - Throws: `STORE_READ_ONLY`, `OVERLOADED`: the answer is not kept.
    public func leave(
        _ claim: Claim,
        answer: IdempotentAnswer?,
        caller: Caller,
        now: Timestamp
    ) async throws(CommandError) {
        defer { release(claim) }
        if let answer {
            let isKept = answer.body.count <= IdempotencyRecord.bodyByteCountMax
            let record = record(claim, isKept ? answer : nil, now)
            try await commit(.putIdempotency(record), caller, now)
        } else if claim.isDurable {
            try await commit(.removeIdempotency(claim.key), caller, now)
        }
    }

    private func release(_ claim: Claim) { running.withLock { _ = $0.remove(claim.key) } }

    private func check(
        _ claim: Claim,
        _ state: State,
        _ now: Timestamp
    ) throws(CommandError) -> IdempotentAnswer? {
        guard let record = state.idempotency[claim.key], record.expiresAt > now else {
            guard state.idempotency.count < IdempotencyRecord.countMax else {
                throw CommandError(
                    .unavailable,
                    "OVERLOADED",
                    "Too many idempotency keys are remembered.",
                    retryAfterSeconds: 60
                )
            }
            return nil
        }
        guard record.bodyDigest == claim.bodyDigest else {
            throw CommandError(
                .invalid,
                "IDEMPOTENCY_KEY_REUSED",
                "The Idempotency-Key was used for another request."
            )
        }
        guard let answer = record.answer else { throw Self.inProgress }
        return IdempotentAnswer(status: answer.status, headers: answer.headers, body: answer.body)
    }

    private func makeDurable(
        _ claim: Claim,
        _ caller: Caller,
        _ now: Timestamp
    ) async throws(CommandError) {
        try await commit(.putIdempotency(record(claim, nil, now)), caller, now)
    }

    private func record(
        _ claim: Claim,
        _ answer: IdempotentAnswer?,
        _ now: Timestamp
    ) -> IdempotencyRecord {
        IdempotencyRecord(
            key: claim.key,
            bodyDigest: claim.bodyDigest,
            expiresAt: now + IdempotencyRecord.lifetime,
            answer: answer.map { .init(status: $0.status, headers: $0.headers, body: $0.body) }
        )
    }

    private func commit(
        _ change: Change,
        _ caller: Caller,
        _ now: Timestamp
    ) async throws(CommandError) {
        do {
            _ = try await ledger.commit(actor: caller.actor, now: now) {
                (_, _) throws(CommandError) in Ledger.Plan([change], answer: true)
            }
        } catch {
            throw CommandError(error)
        }
    }

    private static let inProgress = CommandError(
        .conflict,
        "IDEMPOTENCY_IN_PROGRESS",
        "A request with this Idempotency-Key runs, or its outcome was lost: look at the audit trail.",
        retryAfterSeconds: 1
    )
}

/// An answer that may be given again.
public struct IdempotentAnswer: Sendable, Equatable {
    /// The status.
    public let status: Int
    /// The header fields that belong to it.
    public let headers: [String: String]
    /// The body.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
