import Model
import Platform
import Secrets

/// What a connection's access token is got with.
struct TokenDemand: Sendable {
    /// Whose token it is.
    let account: TokenAccount
    /// Where the secret was read; may be one that is only tried.
    let reference: SecretReference
    /// Whether the secret is the connection's own, and not one that is only tried.
    let isOwn: Bool
    /// The client.
    let client: TokenClient
    /// The method of the spec.
    let method: OAuthMethod
    /// The refresh token that the secret holds.
    let refreshToken: SecretBytes?
    /// The access token that the secret holds.
    let accessToken: SecretBytes?
    /// When that one ends; nil when the secret does not say.
    let accessTokenExpiry: Timestamp?

    /// A demand by a connection's secret.
    init(
        _ method: OAuthMethod,
        _ connection: Connection,
        reference: SecretReference,
        _ scope: TemplateScope
    ) throws(RenderFailure) {
        account = TokenAccount(connection)
        self.reference = reference
        isOwn = reference == connection.secretReference
        client = try TokenClient(method, scope)
        self.method = method
        guard method.grant != .clientCredentials else {
            (refreshToken, accessToken, accessTokenExpiry) = (nil, nil, nil)
            return
        }
        refreshToken = try Self.token(method.refreshTokenField, scope.secret)
        accessToken = try Self.token(OAuthMethod.accessTokenField, scope.secret)
        let expiry = scope.secret?.field(OAuthMethod.expiryField)
        accessTokenExpiry = expiry.flatMap(Timestamp.init(_:))
        guard expiry == nil || accessTokenExpiry != nil else {
            throw .secret(detail: "its field \(OAuthMethod.expiryField) is no RFC 3339 time")
        }
    }

    private static func token(
        _ field: String,
        _ secret: Secret?
    ) throws(RenderFailure) -> SecretBytes? {
        guard let text = secret?.field(field), !text.isEmpty else { return nil }
        guard AccessToken.isToken(text) else {
            throw .secret(detail: "its field \(field) is no token")
        }
        return SecretBytes(Array(text.utf8))
    }

    /// The tenant.
    var tenant: TenantID { account.tenant }
    /// The connection.
    var connection: ConnectionID { account.connection }

    /// What its token is remembered under: not the tokens of the secret, which change with each that
    /// is got.
    var key: TokenTable.Key {
        TokenTable.Key(
            tenant: tenant,
            connection: connection,
            fingerprint: client.fingerprint([SecretBytes(Array(reference.text.utf8))])
        )
    }

    /// What tells one state of the secret's tokens from another one.
    var tokensDigest: [UInt8] { client.fingerprint([refreshToken, accessToken]) }

    /// The name in the store of our own; nil for a secret that is kept elsewhere.
    var ownName: SecretName? { reference.scheme == .local ? SecretName(reference.path) : nil }

    /// Why there is nothing to get a token with.
    var missing: String {
        accessToken == nil
            ? "the connection was never authorized"
            : "its access token has ended and there is no refresh token"
    }

    /// The access token that the secret brings along, if any.
    func storedToken(now: MonotonicInstant, calendar: Int64) -> AccessToken? {
        accessToken.map { bytes in
            let lifetime = accessTokenExpiry.map {
                Duration.milliseconds(max(0, $0.milliseconds - calendar))
            }
            return AccessToken(bytes, lifetime: lifetime, now: now)
        }
    }
}
