public import Model
public import Platform

/// A place in which secrets are kept.
///
/// A store answers the text of a secret as it stands there; what its fields are is read from the
/// text by `Secret`. It bounds the time and the size of every read.
public protocol SecretStore: Sendable {
    /// The text behind a reference of this store's scheme.
    ///
    /// - Throws: `SecretError`, with words that hold nothing of the secret.
    func read(_ reference: SecretReference) async throws(SecretError) -> SecretBytes
}
