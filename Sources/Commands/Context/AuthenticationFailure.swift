import Model
import Platform
import Synchronization

/// A credential that was refused: as what, why, and as whose it was shown.
struct AuthenticationFailure: Sendable {
    /// What was shown.
    enum Kind: String, Sendable, CaseIterable {
        case key
        case jwt
        case certificate
        /// The state of a connect flow.
        case state
        case webhook
    }

    /// Whose credential it would have been: what somebody who guesses goes on guessing at.
    ///
    /// A name counts whether there is such a key or not, so that the limit tells nobody which exist.
    enum Subject: Hashable, Sendable {
        case key(CredentialID)
        case token(issuer: String, keyID: String?)
    }

    /// What was shown.
    let kind: Kind
    /// Why it was refused: a label of `/metrics`, and of the trail.
    let reason: String
    /// As whose it was shown; nil when that can't be told.
    var subject: Subject?
}

/// Counts refused credentials: by address, by key, and by reason.
///
/// A limit is on failures alone: it makes a refusal another one, and never refuses who is good. So
/// nobody locks out a key by failing in its name, from whatever address.
final class AuthenticationFailures: Sendable {
    private struct Tables {
        var addresses = FailureTable<ClientBlock>()
        var subjects = FailureTable<AuthenticationFailure.Subject>()
        var reasons: [String: UInt64] = [:]
        var limited: [String: UInt64] = [:]
    }

    private let perMinute: Int
    private let perKeyAndMinute: Int
    private let tables = Mutex(Tables())

    init(perMinute: Int, perKeyAndMinute: Int) {
        (self.perMinute, self.perKeyAndMinute) = (perMinute, perKeyAndMinute)
    }

    /// Counts a failure.
    ///
    /// - Returns: `UNAUTHENTICATED`, or `TOO_MANY_FAILURES` with the limit that was reached.
    func count(
        _ failure: AuthenticationFailure,
        from address: String,
        now: Timestamp
    ) -> CommandError {
        let minute = now.milliseconds / 60_000
        let block = ClientBlock(address)
        let limit = tables.withLock { tables -> (String, Int, String)? in
            // The reasons are the program's own words, so that there are only so many.
            tables.reasons["\(failure.kind.rawValue) \(failure.reason)", default: 0] += 1
            let ofAddress = tables.addresses.count(block, minute: minute)
            let ofSubject = failure.subject.map { tables.subjects.count($0, minute: minute) } ?? 0
            if ofAddress > perMinute {
                tables.limited["failures", default: 0] += 1
                return ("failures", perMinute, "from this address")
            }
            if ofSubject > perKeyAndMinute {
                tables.limited["failuresPerKey", default: 0] += 1
                return ("failuresPerKey", perKeyAndMinute, "in the name of this key")
            }
            return nil
        }
        var error = limit.map { Self.limited($0, now) } ?? Self.unauthenticated
        error.auditDetail = "\(error.detail) Reason: \(failure.kind.rawValue) \(failure.reason)."
        return error
    }

    /// Counts a token that can't be checked, as its issuer's keys could not be read: nobody's failure,
    /// since a good one fares alike.
    func countUnavailable() -> CommandError {
        tables.withLock { tables in
            tables.reasons["jwt keysUnavailable", default: 0] += 1
        }
        return CommandError(
            .unavailable,
            "KEYS_UNAVAILABLE",
            "The keys of the token's issuer can't be read now.",
            retryAfterSeconds: 5
        )
    }

    /// Somebody's credential is refused, and it is not said why.
    static var unauthenticated: CommandError {
        var error = CommandError(
            .unauthenticated,
            "UNAUTHENTICATED",
            "The credential is unknown, expired or revoked."
        )
        error.refusesToken = true
        return error
    }

    private static func limited(_ limit: (String, Int, String), _ now: Timestamp) -> CommandError {
        let seconds = Int(60 - now.milliseconds / 1000 % 60)
        var error = CommandError(
            .limited,
            "TOO_MANY_FAILURES",
            "Too many credentials \(limit.2) were refused.",
            retryAfterSeconds: seconds
        )
        error.rateLimit = RateLimitNote(
            name: limit.0,
            quota: limit.1,
            windowSeconds: 60,
            resetSeconds: seconds
        )
        return error
    }

    /// The part of `/metrics`.
    var metricsText: String {
        let (reasons, limited) = tables.withLock { ($0.reasons, $0.limited) }
        var text = MetricsText()
        let name = "bindery_authentication_failures_total"
        text.family(name, .counter, "Credentials that were refused, by kind and reason.")
        for (key, count) in reasons.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: " ").map(String.init)
            text.sample(name, count, [("kind", parts[0]), ("reason", parts[1])])
        }
        let limits = "bindery_authentication_limited_total"
        text.family(limits, .counter, "Refusals that were answered 429, by the limit.")
        for limit in ["failures", "failuresPerKey"] {
            text.sample(limits, limited[limit] ?? 0, [("limit", limit)])
        }
        return text.text
    }
}
