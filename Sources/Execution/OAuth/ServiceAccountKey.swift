import JSON
import Model
import Platform
import Secrets

/// The key file of a service account, and the assertions that it signs (RFC 7523 section 3).
struct ServiceAccountKey: Sendable {
    /// How long an assertion is good, which is for one request alone; Google takes up to an hour.
    static let lifetime = Duration.seconds(300)

    /// The account, which the assertion is by.
    let email: String
    /// The private key as the file has it.
    let privateKey: SecretBytes
    private let keyID: String?
    private let subject: String?

    /// The key file that the connection's secret is, or holds.
    init(_ account: ServiceAccount, _ scope: TemplateScope) throws(RenderFailure) {
        guard let secret = scope.secret else {
            throw .secret(detail: "the connection has no secretRef")
        }
        let file = try Self.file(account.credentialField, secret)
        guard let email = file("client_email"), HeaderList.isValue(email), !email.isEmpty else {
            throw .secret(detail: "its key file has no client_email")
        }
        guard let key = file("private_key"), key.utf8.count <= RSASigningKey.textByteCountMax else {
            throw .secret(detail: "its key file has no private_key")
        }
        self.email = email
        privateKey = SecretBytes(Array(key.utf8))
        keyID = file("private_key_id")
        subject = try Self.subject(account, scope)
    }

    /// The user whom the account acts for: without one it would act for itself, which is more.
    private static func subject(
        _ account: ServiceAccount,
        _ scope: TemplateScope
    ) throws(RenderFailure) -> String? {
        guard let template = account.subject else { return nil }
        if let missing = scope.missing(in: template) {
            throw .reference(missing, .missingField, "is needed for the subject and is missing")
        }
        let text = scope.text(template) { _, text in text }
        guard let text, !text.isEmpty else {
            throw .spec(detail: "the subject of its service account is empty")
        }
        return text
    }

    private static func file(
        _ field: String?,
        _ secret: Secret
    ) throws(RenderFailure) -> (String) -> String? {
        guard let field else { return { secret.field($0) } }
        guard let text = secret.field(field) else {
            throw .secret(detail: "it has no field \(field)")
        }
        do {
            let json = try JSONValue(parsing: text)
            return { json[$0]?.string }
        } catch {
            throw .secret(detail: "its field \(field) is no JSON")
        }
    }

    /// An assertion for the token endpoint; nil when the private key is none of RSA, or a broken one.
    func assertion(audience: String, scopes: [String], at calendar: Int64) -> String? {
        guard let key = privateKey.withSpan({ RSASigningKey(pem: $0) }) else { return nil }
        var header: JSONObject = ["alg": "RS256", "typ": "JWT"]
        if let keyID { header["kid"] = .string(keyID) }
        let now = calendar / 1000
        var claims: JSONObject = [
            "iss": .string(email), "aud": .string(audience), "iat": .integer(now),
            "exp": .integer(now + Self.lifetime.components.seconds),
        ]
        // Google takes one that names the account itself for a wish to act for a user.
        if let subject { claims["sub"] = .string(subject) }
        if !scopes.isEmpty { claims["scope"] = .string(scopes.joined(separator: " ")) }
        let parts = [header, claims]
            .map { Base64.encode(JSONValue.object($0).serialized(), as: .url) }
        let message = parts.joined(separator: ".")
        return key.rs256(Array(message.utf8))
            .map { message + "." + Base64.encode($0, as: .url) }
    }

    /// What tells this account's tokens from another one's, beside the key.
    var distinction: [String] { [email, keyID ?? "", subject ?? ""] }
}
