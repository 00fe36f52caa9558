import JSON
import Model

/// When a token is good (RFC 7519 section 4.1), by its issuer's clock, which may go a little wrong.
struct TokenTimes {
    /// From when on it is good no more, the clock's fault included.
    let end: Timestamp

    /// Reads the times of a token and holds them against the clock.
    init(_ claims: JSONObject, _ issuer: TokenIssuer, now: Timestamp) throws(TokenDefect) {
        guard let expiry = try Self.time("exp", in: claims) else { throw .noExpiry }
        let start = try Self.time("nbf", in: claims)
        let issued = try Self.time("iat", in: claims)
        end = expiry + issuer.clockSkew
        let latest = now + issuer.clockSkew
        guard now < end else { throw .expired }
        guard start.map({ $0 <= latest }) ?? true else { throw .notYetValid }
        guard issued.map({ $0 <= latest }) ?? true else { throw .issuedInFuture }
        guard expiry - (issued ?? now) <= issuer.lifetimeMax else { throw .livesTooLong }
    }

    /// A NumericDate: seconds since 1970, perhaps with a fraction.
    private static func time(
        _ name: String,
        in claims: JSONObject
    ) throws(TokenDefect) -> Timestamp? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.double, (0...secondsMax).contains(seconds) else {
            throw .malformed
        }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded(.down)))
    }

    /// The last second that a `Timestamp` has.
    private static let secondsMax = 253_402_300_799.0
}
