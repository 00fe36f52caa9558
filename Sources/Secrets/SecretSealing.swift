public import Model
public import Platform

/// Encrypts what the server itself must keep secret in its log, under its master key.
public protocol SecretSealing: Sendable {
    /// Encrypts a secret; it can be opened for the same tenant and name alone.
    ///
    /// - Parameters:
    ///   - secret: The secret.
    ///   - tenant: Whose it is.
    ///   - name: What it is for, such as `webhooks/ops`.
    /// - Returns: Text for the log; nil when there is no key to seal it with.
    func seal(_ secret: SecretBytes, of tenant: TenantID, as name: SecretName) async -> String?

    /// Decrypts what `seal` made.
    ///
    /// - Returns: The secret; nil when anything at all is not as it was, or the key is not there.
    func open(_ sealed: String, of tenant: TenantID, as name: SecretName) async -> SecretBytes?
}
