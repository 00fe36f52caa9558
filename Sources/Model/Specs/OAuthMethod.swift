/// How a call gets its bearer token from an authorization server (RFC 6749).
public struct OAuthMethod: Sendable, Hashable {
    /// What the token endpoint is given for a token.
    public enum Grant: String, Sendable, CaseIterable {
        /// The client's own credentials (RFC 6749 section 4.4).
        case clientCredentials = "client_credentials"
        /// A refresh token that the secret holds (RFC 6749 section 6).
        case refreshToken = "refresh_token"
        /// The consent of a user, got by the connect flow (RFC 6749 section 4.1); renewed by its
        /// refresh token.
        case authorizationCode = "authorization_code"
    }

    /// How the client shows the token endpoint who it is (RFC 6749 section 2.3.1).
    public enum ClientAuthentication: String, Sendable, CaseIterable {
        /// HTTP Basic.
        case basic = "client_secret_basic"
        /// In the body.
        case post = "client_secret_post"
        /// Not at all: a public client names its id alone.
        case none
    }

    /// The most scopes asked for.
    public static let scopeCountMax = 100
    /// The secret's field with an access token that is there already.
    public static let accessTokenField = "accessToken"
    /// The secret's field with the end of that access token, as RFC 3339 has it.
    public static let expiryField = "accessTokenExpiresAt"

    /// The grant.
    public let grant: Grant
    /// Where tokens are got; may refer to the config.
    public let tokenURL: Template
    /// Where a user consents; nil for a grant without one.
    public let authorizationURL: Template?
    /// The scopes asked for.
    public let scopes: [String]
    /// Whether the connect flow proves itself by a code challenge (RFC 7636, S256).
    public let usesPKCE: Bool
    /// How the client authenticates.
    public let clientAuthentication: ClientAuthentication
    /// The secret's field with the client's id.
    public let clientIDField: String
    /// The secret's field with the client's secret.
    public let clientSecretField: String
    /// The secret's field with the refresh token.
    public let refreshTokenField: String
    /// What the token endpoint is told beside the grant, such as `audience`.
    public let tokenParameters: [NamedTemplate]
    /// What the authorization endpoint is told beside the request, such as `access_type`.
    public let authorizationParameters: [NamedTemplate]
    /// The account that a client's credentials are of, which signs for itself; nil for a client that
    /// has a secret.
    public let serviceAccount: ServiceAccount?
}
