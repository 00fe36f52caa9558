public import Model
import Platform

/// What a user's consent is asked for with (RFC 6749 section 4.1, RFC 7636): made anew each time.
public struct Consent: Sendable {
    /// What comes back with the answer.
    public let state: String
    /// What comes back in an ID token, where one is asked for (OpenID Connect); nil otherwise.
    public let nonce: String?
    /// What proves that the code is redeemed by who asked for it; nil for a spec without PKCE.
    public let verifier: String?
    /// Where the answer goes.
    public let redirectURI: String

    /// A consent that was asked for before.
    public init(state: String, nonce: String?, verifier: String?, redirectURI: String) {
        self.state = state
        self.nonce = nonce
        self.verifier = verifier
        self.redirectURI = redirectURI
    }

    /// A new one, for a spec's method.
    public init(for method: OAuthMethod, state: String, redirectURI: String) {
        self.init(
            state: state,
            nonce: method.scopes.contains("openid") ? Self.random() : nil,
            verifier: method.usesPKCE ? Self.random() : nil,
            redirectURI: redirectURI
        )
    }

    /// 256 random bits, as URLs carry them: 43 characters.
    public static func random() -> String {
        Base64.encode(Random.bytes(count: 32), as: .url)
    }

    /// The challenge of the verifier, S256.
    var challenge: String? { verifier.map { Base64.encode(Digest.sha256($0), as: .url) } }
}
