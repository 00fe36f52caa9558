public import Model

/// Why a secret cannot be had.
public struct SecretError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: Sendable, Hashable {
        /// The store has nothing under this reference.
        case notFound
        /// The store, or this server's own rules, do not let this reference be read.
        case forbidden
        /// The store cannot be reached, or fails; a later try may succeed.
        case unavailable
        /// What the store holds is not the secret of this integration, or not readable at all.
        case malformed
        /// The settings name no such store.
        case notConfigured
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// What went wrong, for the operator: names the reference, never anything of the secret.
    public let detail: String

    /// Describes a failure of `reference`.
    public init(_ code: Code, _ reference: SecretReference, _ reason: String) {
        self.code = code
        self.detail = "\(reference.text): \(reason)"
    }

    /// Describes a failure of a name in the store of our own.
    init(_ code: Code, local name: SecretName, _ reason: String) {
        self.code = code
        self.detail = "local://\(name.text): \(reason)"
    }
}
