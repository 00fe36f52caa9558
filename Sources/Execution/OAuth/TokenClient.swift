import Model
import Outbound
import Platform
import Secrets

/// A client of an authorization server: who it is, and where it asks for tokens.
struct TokenClient: Sendable {
    /// What it gives for a token.
    enum Grant: Sendable {
        /// Its own credentials.
        case clientCredentials
        /// A refresh token.
        case refreshToken(SecretBytes)
        /// A code that a user's consent brought, and where it was brought to.
        case code(String, verifier: String?, redirectURI: String)

        /// Its name (`grant_type`).
        var type: String {
            switch self {
            case .clientCredentials: "client_credentials"
            case .refreshToken: "refresh_token"
            case .code: "authorization_code"
            }
        }
    }

    /// The time that one request for a token may take.
    static let timeout = Duration.seconds(10)
    private static let connectTimeout = Duration.seconds(5)

    /// The token endpoint.
    let url: String
    /// The client's id.
    let id: String
    private let secret: SecretBytes?
    private let authentication: OAuthMethod.ClientAuthentication
    private let scopes: [String]
    private let parameters: [(name: String, value: String)]
    /// What it signs with in the place of a secret.
    private let account: ServiceAccountKey?

    /// The client that a spec describes, with the credentials of the connection's secret.
    init(_ method: OAuthMethod, _ scope: TemplateScope) throws(RenderFailure) {
        url = try URLRenderer(scope: scope).endpoint(method.tokenURL)
        authentication = method.clientAuthentication
        if let account = method.serviceAccount {
            let key = try ServiceAccountKey(account, scope)
            (self.account, id, secret) = (key, key.email, key.privateKey)
        } else {
            account = nil
            id = try Credentials.field(method.clientIDField, scope.secret)
            secret = try Self.secret(method, scope)
        }
        scopes = method.scopes
        parameters = method.tokenParameters.compactMap { parameter in
            scope.text(parameter.value) { _, text in text }.map { (parameter.name, $0) }
        }
    }

    /// Whether it is a service account.
    var signsForItself: Bool { account != nil }

    /// The endpoint's host, with its port if it names one: of its URL the only part that is told.
    var host: String { Self.host(of: url) }

    static func host(of url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(authority.split(separator: "@").last ?? "")
    }

    /// The name of what it gives (`grant_type`), as it is sent.
    func grantType(of grant: Grant) -> String {
        account == nil ? grant.type : Self.assertionGrant
    }

    private static func secret(
        _ method: OAuthMethod,
        _ scope: TemplateScope
    ) throws(RenderFailure) -> SecretBytes? {
        guard method.clientAuthentication != .none else { return nil }
        let text = try Credentials.field(method.clientSecretField, scope.secret)
        return SecretBytes(Array(text.utf8))
    }

    /// The request for a token; a service account's is made for now, in milliseconds since 1970.
    func request(
        _ grant: Grant,
        userAgent: String,
        at calendar: Int64
    ) throws(TokenFailure) -> OutboundRequest {
        if let account {
            let assertion = account.assertion(audience: url, scopes: scopes, at: calendar)
            guard let assertion else {
                throw .rejected(detail: "the private_key of its key file is none of RSA")
            }
            // Google reads the scopes of the claims, RFC 7521 section 4.1 has them in the request.
            let scope = scopes.isEmpty ? [] : [("scope", scopes.joined(separator: " "))]
            let fields = [("grant_type", Self.assertionGrant), ("assertion", assertion)]
            return post(fields + scope, Self.headers(userAgent))
        }
        return request(grant, Self.headers(userAgent))
    }

    /// RFC 7523 section 2.1.
    private static let assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    private static func headers(_ userAgent: String) -> [OutboundHeader] {
        [
            OutboundHeader("Accept", "application/json"),
            OutboundHeader("Content-Type", "application/x-www-form-urlencoded"),
            OutboundHeader("User-Agent", userAgent),
        ]
    }

    private func request(_ grant: Grant, _ headers: [OutboundHeader]) -> OutboundRequest {
        var fields = fields(of: grant)
        var headers = headers
        let secret = secret?.withText { $0 } ?? ""
        switch authentication {
        case .basic:
            // Encoded before they are joined, so that a colon in them ends nothing (section 2.3.1); a
            // space as %20, which servers that read no plus take too.
            let pair = [id, secret].map { PercentEncoding.encode($0, .component) }
            let encoded = Base64.encode(Array(pair.joined(separator: ":").utf8))
            headers.append(OutboundHeader("Authorization", "Basic " + encoded, isSensitive: true))
        case .post: fields += [("client_id", id), ("client_secret", secret)]
        case .none: fields.append(("client_id", id))
        }
        return post(fields, headers)
    }

    private func post(
        _ fields: [(name: String, value: String)],
        _ headers: [OutboundHeader]
    ) -> OutboundRequest {
        // Redirects are the answer: credentials are not posted to where an answer points.
        OutboundRequest(
            for: .token,
            method: "POST",
            url: url,
            headers: headers,
            body: Array(Self.form(fields + parameters).utf8),
            timeout: Self.timeout,
            connectTimeout: Self.connectTimeout,
            responseByteCountMax: TokenAnswer.byteCountMax
        )
    }

    private func fields(of grant: Grant) -> [(name: String, value: String)] {
        switch grant {
        case .clientCredentials:
            let scope = scopes.isEmpty ? [] : [("scope", scopes.joined(separator: " "))]
            return [("grant_type", grant.type)] + scope
        case .refreshToken(let token):
            // Without a scope the new token has the old one's (section 6).
            return [("grant_type", grant.type), ("refresh_token", token.withText { $0 })]
        case .code(let code, let verifier, let redirectURI):
            let proof = verifier.map { [("code_verifier", $0)] } ?? []
            return [
                ("grant_type", grant.type), ("code", code),
                ("redirect_uri", redirectURI),
            ] + proof
        }
    }

    /// `application/x-www-form-urlencoded`.
    static func form(_ fields: [(name: String, value: String)]) -> String {
        fields.map {
            PercentEncoding.encode($0.name, .form) + "=" + PercentEncoding.encode($0.value, .form)
        }
        .joined(separator: "&")
    }

    /// A digest of all that a token depends on: another credential or another scope is another token.
    func fingerprint(_ more: [SecretBytes?]) -> [UInt8] {
        var texts = [url, id, authentication.rawValue, scopes.joined(separator: " ")]
        texts += account?.distinction ?? []
        texts += parameters.flatMap { [$0.name, $0.value] }
        var bytes: [UInt8] = []
        for text in texts { bytes += Array("\(text.utf8.count):\(text)".utf8) }
        for part in [secret] + more {
            let part = part?.withSpan { span in span.indices.map { span[$0] } } ?? []
            bytes += Array("\(part.count):".utf8) + part
        }
        return Digest.sha256(bytes)
    }
}
