import JSON
import Model
import Platform
import Secrets

/// The text of a secret in which tokens are kept: the client's credentials, the tokens, and who is
/// renewing them.
struct TokenSecret {
    /// The member that says who is renewing the tokens, and until when the others wait.
    static let leaseField = "tokenRefresh"
    /// How long the others wait for who has begun: longer than a request for a token may take.
    static let leaseTime = TokenClient.timeout + .seconds(20)

    private let method: OAuthMethod
    private var object: JSONObject

    /// The fields of a secret that is used for calls.
    init(_ method: OAuthMethod, _ secret: Secret) {
        self.method = method
        object = JSONObject()
        for name in secret.fieldNames {
            object[name] = secret.field(name).map { .string($0) }
        }
    }

    /// What a store holds; nil when that is no JSON object.
    init?(_ method: OAuthMethod, _ text: SecretBytes) {
        self.method = method
        do {
            guard let object = try text.withText({ try JSONValue(parsing: $0) }).object else {
                return nil
            }
            self.object = object
        } catch {
            return nil
        }
    }

    /// The text, as a store keeps it.
    var text: SecretBytes {
        var bytes = JSONValue.object(object).serialized()
        return SecretBytes(wiping: &bytes)
    }

    /// The refresh token.
    var refreshToken: SecretBytes? { token(method.refreshTokenField) }

    /// The access token, with what is left of its life.
    func accessToken(now: MonotonicInstant, calendar: Int64) -> AccessToken? {
        let expiry = object[OAuthMethod.expiryField]?.string.flatMap(Timestamp.init)
        return token(OAuthMethod.accessTokenField)
            .map { bytes in
                let left = expiry.map { Duration.milliseconds(max(0, $0.milliseconds - calendar)) }
                return AccessToken(bytes, lifetime: left, now: now)
            }
    }

    /// When the access token ends, where nothing renews it: then the whole secret is good for nothing.
    var endsAt: Timestamp? {
        guard refreshToken == nil, token(OAuthMethod.accessTokenField) != nil else { return nil }
        return object[OAuthMethod.expiryField]?.string.flatMap(Timestamp.init)
    }

    private func token(_ field: String) -> SecretBytes? {
        guard let text = object[field]?.string, AccessToken.isToken(text) else { return nil }
        return SecretBytes(Array(text.utf8))
    }

    /// Whether somebody is renewing the tokens at this time.
    func isLeased(at calendar: Int64) -> Bool {
        let until = object[Self.leaseField]?["until"]?.string.flatMap(Timestamp.init)
        guard let left = until.map({ $0.milliseconds - calendar }) else { return false }
        // One that reaches further is of a clock that goes wrong, and would stop everybody.
        return left > 0 && left <= Int64(Self.leaseTime / .milliseconds(1)) * 2
    }

    /// The same, as who is about to renew the tokens writes it.
    func leased(at calendar: Int64) -> TokenSecret {
        var copy = self
        let until = Timestamp(milliseconds: calendar) + Self.leaseTime
        copy.object[Self.leaseField] = .object(["until": .string(until.text)])
        return copy
    }

    /// The same, free for others to renew.
    var released: TokenSecret {
        var copy = self
        copy.object[Self.leaseField] = nil
        return copy
    }

    /// The same with the tokens of an answer.
    ///
    /// - Parameters:
    ///   - answer: What the token endpoint answered.
    ///   - isOfNewGrant: Whether a refresh token that the answer does not replace is one of another
    ///     grant, and dropped.
    ///   - calendar: Now, in milliseconds since 1970.
    /// - Returns: The secret from now on.
    func with(
        _ answer: TokenAnswer,
        isOfNewGrant: Bool = false,
        calendar: Int64
    ) -> TokenSecret {
        var copy = released
        if isOfNewGrant { copy.object[method.refreshTokenField] = nil }
        if let token = answer.refreshToken {
            copy.object[method.refreshTokenField] = .string(token.withText { $0 })
        }
        copy.object[OAuthMethod.accessTokenField] = .string(answer.accessToken.withText { $0 })
        // Without a word of its end, and nothing to renew it with, a token is good until it is refused.
        let isRenewable = copy.refreshToken != nil
        let lifetime = answer.lifetime ?? (isRenewable ? AccessToken.lifetimeDefault : nil)
        copy.object[OAuthMethod.expiryField] = lifetime.map {
            .string((Timestamp(milliseconds: calendar) + $0).text)
        }
        return copy
    }
}
