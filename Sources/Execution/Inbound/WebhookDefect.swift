/// Why what was posted is not taken for the provider's: for the operator alone, since who is told
/// the reason learns how to do better.
public enum WebhookDefect: String, Error, Sendable, CaseIterable {
    /// There is no such tenant or connection, or it was revoked.
    case unknownConnection
    /// The connection's spec does not say how its webhooks are signed.
    case notDeclared
    /// The connection names no secret.
    case noSecret
    /// The connection's secret can't be read.
    case secretUnavailable
    /// The secret has no key that the scheme can use.
    case noKey
    /// The header field of the signature is missing, stands twice or is too long.
    case noSignature
    /// No signature in it can be read, or they are too many.
    case malformedSignature
    /// The time of the signature is missing, stands twice or is too long.
    case noTimestamp
    /// The time of the signature can't be read.
    case malformedTimestamp
    /// The signature was made too long ago.
    case tooOld
    /// The signature was made in the future.
    case tooNew
    /// The id that is signed is missing, stands twice or is too long.
    case noID
    /// The URL says another digest of the body, or none.
    case wrongBodyDigest
    /// The body is no form that can be read.
    case malformedForm
    /// No key made any of the signatures.
    case wrongSignature
}
