import JSON

extension OAuthMethod {
    static let members: Set<String> = [
        "grantType", "tokenUrl", "authorizationUrl", "scopes", "pkce", "clientIdField",
        "clientSecretField", "refreshTokenField", "clientAuthentication", "tokenParameters",
        "authorizationParameters",
    ]
    static let serviceAccountMembers: Set<String> = [
        "credentialFormat", "credentialField", "tokenUrl", "scopes", "subject", "tokenParameters",
    ]

    /// The parameters that the protocol itself has: a spec that set them would speak another one.
    private static let ownParameters: Set<String> = [
        "grant_type", "client_id", "client_secret", "refresh_token", "code", "code_verifier",
        "code_challenge", "code_challenge_method", "redirect_uri", "response_type", "state",
        "nonce", "scope", "response_mode", "assertion",
    ]

    /// Reads an auth method of the type `oauth2`; nil, with an error, when it has no `tokenUrl`.
    ///
    /// `field` reads the name of a secret's field, which the secret schema has to declare.
    init?(_ reader: ObjectReader, field: (String) -> String?) {
        let authorizationURL = Self.url(reader, "authorizationUrl")
        let fallback: Grant =
            authorizationURL == nil ? .clientCredentials : .authorizationCode
        self.grant = reader.choice("grantType", Grant.self) ?? fallback
        self.authorizationURL = authorizationURL
        if grant == .authorizationCode { reader.require("authorizationUrl") }
        self.scopes = Self.scopes(reader)
        self.usesPKCE = reader.bool("pkce") ?? true
        self.clientAuthentication =
            reader.choice("clientAuthentication", ClientAuthentication.self) ?? .basic
        self.clientIDField = field("clientIdField") ?? "clientId"
        self.clientSecretField = field("clientSecretField") ?? "clientSecret"
        self.refreshTokenField = field("refreshTokenField") ?? "refreshToken"
        self.tokenParameters = Self.parameters(reader, "tokenParameters")
        self.authorizationParameters = Self.parameters(reader, "authorizationParameters")
        self.serviceAccount = nil
        reader.require("tokenUrl")
        guard let tokenURL = Self.url(reader, "tokenUrl") else { return nil }
        self.tokenURL = tokenURL
    }

    /// Reads an auth method of the type `service-account`; nil, with an error, when it has no `tokenUrl`.
    init?(serviceAccount reader: ObjectReader, field: (String) -> String?) {
        _ = reader.choice("credentialFormat", ServiceAccount.CredentialFormat.self)
        let subject = reader.string("subject", byteCountMax: 320)
        self.serviceAccount = ServiceAccount(
            credentialField: field("credentialField"),
            subject: subject.map { text in
                Template.read(
                    text,
                    at: reader.place("subject"),
                    roots: [.config],
                    issues: reader.issues
                )
            } ?? nil
        )
        self.grant = .clientCredentials
        self.authorizationURL = nil
        self.scopes = Self.scopes(reader)
        self.usesPKCE = false
        self.clientAuthentication = .none
        self.clientIDField = "client_email"
        self.clientSecretField = "private_key"
        self.refreshTokenField = "refreshToken"
        self.tokenParameters = Self.parameters(reader, "tokenParameters")
        self.authorizationParameters = []
        reader.require("tokenUrl")
        guard let tokenURL = Self.url(reader, "tokenUrl") else { return nil }
        self.tokenURL = tokenURL
    }

    private static func scopes(_ reader: ObjectReader) -> [String] {
        let scopes = reader.strings("scopes", countMax: scopeCountMax) ?? []
        for (index, scope) in scopes.enumerated() where !isScope(scope) {
            let place = reader.place("scopes").appending(index)
            reader.issues.error(.invalidValue, at: place, "must be a scope, without spaces")
        }
        return scopes
    }

    /// A `scope-token` of RFC 6749 section 3.3.
    private static func isScope(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }

    private static func url(_ reader: ObjectReader, _ key: String) -> Template? {
        guard let text = reader.string(key, byteCountMax: 2048) else { return nil }
        guard Transport.isBaseURL(text) else {
            reader.error(
                .invalidValue,
                key,
                "must start with https:// or http://, name a host, and hold no user, query or #"
            )
            return nil
        }
        return Template.read(text, at: reader.place(key), roots: [.config], issues: reader.issues)
    }

    private static func parameters(_ reader: ObjectReader, _ key: String) -> [NamedTemplate] {
        let list = NamedTemplate.list(reader, key, roots: [.config])
        for parameter in list where ownParameters.contains(parameter.name) {
            let place = reader.place(key).appending(parameter.name)
            reader.issues.error(.invalidValue, at: place, "is set by the protocol itself")
        }
        return list
    }
}
