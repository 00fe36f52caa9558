import Model
import Platform
import Secrets

/// What a call's authentication adds to its request.
struct Credentials {
    /// Header fields.
    private(set) var headers: [(name: String, value: String)] = []
    /// Query parameters.
    private(set) var query: [(name: String, value: String)] = []
    /// The credentials themselves, as the provider sees them.
    private(set) var values: [String] = []

    /// The credentials of all methods.
    ///
    /// - Parameters:
    ///   - methods: The spec's auth methods.
    ///   - secret: The connection's secret; nil where it has none.
    ///   - token: What an authorization server gave for it, where a method needs that.
    /// - Throws: `RenderFailure.secret` when it lacks what a method needs.
    init(
        _ methods: [AuthMethod],
        _ secret: Secret?,
        token: AccessToken? = nil
    ) throws(RenderFailure) {
        for method in methods { try add(method, secret, token) }
    }

    private mutating func add(
        _ method: AuthMethod,
        _ secret: Secret?,
        _ token: AccessToken?
    ) throws(RenderFailure) {
        switch method {
        case .bearer(let field):
            let token = try Self.field(field, secret)
            headers.append(("Authorization", "Bearer " + token))
            values.append(token)
        case .basic(let userField, let passwordField):
            try addBasic(userField, passwordField, secret)
        case .header(let name, let prefix, let field):
            let value = try Self.field(field, secret)
            headers.append((name, prefix + value))
            values.append(value)
        case .query(let name, let prefix, let field):
            let value = try Self.field(field, secret)
            query.append((name, prefix + value))
            values.append(value)
        case .oauth2:
            guard let token else { throw .secret(detail: "there is no access token for it") }
            let text = token.bytes.withText { $0 }
            headers.append(("Authorization", "Bearer " + text))
            values.append(text)
        // What signs needs the whole request, which is not made yet.
        case .awsSigV4, .webhookSigning, .declared: break
        }
    }

    private mutating func addBasic(
        _ userField: String,
        _ passwordField: String?,
        _ secret: Secret?
    ) throws(RenderFailure) {
        let user = try Self.field(userField, secret)
        // The colon ends the user (RFC 7617 section 2).
        guard !user.contains(":") else {
            throw .secret(detail: "its field \(userField) holds a colon")
        }
        let password = try passwordField.map { field throws(RenderFailure) in
            try Self.field(field, secret)
        }
        let encoded = Base64.encode(Array("\(user):\(password ?? "")".utf8))
        headers.append(("Authorization", "Basic " + encoded))
        // Without a password the user is the key, as some providers have it.
        values += [encoded, password ?? user]
    }

    /// The text of a field, such as a header can carry.
    static func field(_ name: String, _ secret: Secret?) throws(RenderFailure) -> String {
        guard let secret else { throw .secret(detail: "the connection has no secretRef") }
        guard let text = secret.field(name), !text.isEmpty else {
            throw .secret(detail: "it has no field \(name)")
        }
        guard HeaderList.isValue(text) else {
            throw .secret(detail: "its field \(name) holds a control character")
        }
        return text
    }
}
