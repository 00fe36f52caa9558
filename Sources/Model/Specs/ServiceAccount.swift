/// An account that gets its tokens by an assertion which it signs (RFC 7523 section 2.1), with a key file
/// as Google hands it out.
public struct ServiceAccount: Sendable, Hashable {
    /// How the secret holds the account's credentials.
    public enum CredentialFormat: String, Sendable, CaseIterable {
        /// The key file: a JSON object with `client_email`, `private_key` and perhaps `private_key_id`.
        case json
        /// The same, by the name of who made it.
        case googleJSON = "google-json"
    }

    /// The secret's field that holds the key file as a text; nil when the secret itself is one.
    public let credentialField: String?
    /// The user whom the account acts for, the claim `sub`; nil for the account itself.
    public let subject: Template?
}
