import JSON
import Model
import Outbound
import Platform

/// What a token endpoint answered (RFC 6749 section 5), read with suspicion.
///
/// Nothing of an answer comes into words that somebody sees, but the error codes that are known.
struct TokenAnswer {
    /// The largest answer that is taken, in bytes.
    static let byteCountMax = 64 * 1024

    /// The access token.
    let accessToken: SecretBytes
    /// How long it is good for; nil when the server does not say.
    let lifetime: Duration?
    /// The refresh token to use from now on; nil when the one before stays.
    let refreshToken: SecretBytes?
    /// The nonce of the ID token that came along; nil when none came, or one without.
    private let nonce: String?

    /// Reads an answer.
    init(_ response: OutboundResponse, calendar: Int64) throws(TokenFailure) {
        guard response.status == 200 else { throw Self.failure(response, calendar) }
        guard let body = Self.object(response.body) else {
            throw Self.malformed("is no JSON object")
        }
        if let type = body["token_type"], type.string?.lowercased() != "bearer" {
            throw Self.malformed("has a token_type other than Bearer")
        }
        guard let token = body["access_token"]?.string, AccessToken.isToken(token) else {
            throw Self.malformed("has no usable access_token")
        }
        accessToken = SecretBytes(Array(token.utf8))
        lifetime = try Self.lifetime(body["expires_in"])
        refreshToken = try Self.refreshToken(body["refresh_token"])
        nonce = Self.nonce(body["id_token"]?.string)
    }

    /// Whether it answers the request with this nonce; any does where none was sent.
    func confirms(nonce sent: String?) -> Bool {
        guard let sent else { return true }
        return nonce.map { SecretComparison.areEqual(Array($0.utf8), Array(sent.utf8)) } ?? false
    }

    /// The nonce in an ID token that came straight from the token endpoint, whose TLS vouches for it in
    /// the place of a signature (OpenID Connect Core section 3.1.3.7).
    private static func nonce(_ token: String?) -> String? {
        let parts = token?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, let claims = Base64.decode(String(parts[1]), as: .url) else {
            return nil
        }
        return object(claims)?["nonce"]?.string
    }

    private static func refreshToken(_ value: JSONValue?) throws(TokenFailure) -> SecretBytes? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string, AccessToken.isToken(text) else {
            throw malformed("has an unusable refresh_token")
        }
        return SecretBytes(Array(text.utf8))
    }

    /// Some servers write the number as a text.
    private static func lifetime(_ value: JSONValue?) throws(TokenFailure) -> Duration? {
        guard let value, !value.isNull else { return nil }
        let seconds = value.string.flatMap(Double.init) ?? value.double
        guard let seconds, seconds.isFinite, seconds > 0 else {
            throw malformed("has an expires_in that is no number of seconds")
        }
        // Held within first: a larger number has no `Duration`.
        return .seconds(min(seconds, Double(AccessToken.lifetimeMax.components.seconds)))
    }

    private static func malformed(_ words: String) -> TokenFailure {
        .temporary(detail: "the token endpoint's answer \(words)", retryAfter: nil)
    }

    private static func object(_ body: [UInt8]) -> JSONObject? {
        do {
            return try JSONValue(parsing: body, limits: JSONLimits(valueCountMax: 1000)).object
        } catch {
            // A page instead of an answer; that it is none is all there is to say.
            return nil
        }
    }

    // MARK: Refusals

    /// The error codes of RFC 6749 section 5.2, RFC 8628 and OpenID Connect that may be repeated.
    private static let codes: Set<String> = [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
        "unsupported_grant_type", "invalid_scope", "access_denied", "invalid_target",
        "interaction_required", "login_required", "consent_required",
    ]
    /// Those of them that only the user can undo.
    private static let grantCodes: Set<String> = [
        "invalid_grant", "interaction_required", "login_required", "consent_required",
    ]

    private static func failure(_ response: OutboundResponse, _ calendar: Int64) -> TokenFailure {
        let status = response.status
        let answered = "the token endpoint answered \(status)"
        let code = object(response.body)?["error"]?.string
        if [400, 401, 403].contains(status), let code, codes.contains(code) {
            let detail = "\(answered) \(code)"
            return grantCodes.contains(code)
                ? .invalidGrant(detail: detail) : .rejected(detail: detail)
        }
        let isTemporary =
            status >= 500 || status == 429 || status == 408
            || ["temporarily_unavailable", "server_error", "slow_down"].contains(code)
        guard isTemporary else { return .rejected(detail: answered) }
        let header = response.header("retry-after")
        let wait = header.flatMap { RetryAfter.wait($0, now: calendar) }
        return .temporary(detail: answered, retryAfter: wait)
    }

    /// There is no answer.
    static func failure(_ error: OutboundError) -> TokenFailure {
        switch error.code {
        case .addressRefused, .invalidRequest:
            .rejected(detail: "the token endpoint may not be called: \(error.detail)")
        case .unreachable, .timeout, .droppedBeforeAnswer, .tls, .malformedAnswer,
            .responseTooLarge, .cancelled, .overloaded:
            .temporary(
                detail: "the token endpoint did not answer as it should: \(error.detail)",
                retryAfter: nil
            )
        }
    }
}
