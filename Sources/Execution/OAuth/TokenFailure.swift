/// Why there is no access token.
enum TokenFailure: Error, Sendable, Hashable {
    /// The token endpoint did not answer, or not as it should: a later try may succeed.
    case temporary(detail: String, retryAfter: Duration?)
    /// The token endpoint refuses what the spec or the client's credentials ask for; it will do so
    /// until one of them is changed.
    case rejected(detail: String)
    /// What the user once granted is over (`invalid_grant`), or was never granted.
    case invalidGrant(detail: String)

    /// The same of a client that signs for itself: there `invalid_grant` is of one assertion, such as
    /// one by a clock that goes wrong (RFC 7523 section 3.1), and no user's grant has ended.
    var ofNoGrant: TokenFailure {
        if case .invalidGrant(let detail) = self { .rejected(detail: detail) } else { self }
    }

    /// The same, as a call fails with it.
    var reason: CallFailure.Reason {
        switch self {
        case .temporary(let detail, _), .rejected(let detail): .secretUnavailable(detail: detail)
        case .invalidGrant(let detail): .needsReauthorization(detail: detail)
        }
    }
}
