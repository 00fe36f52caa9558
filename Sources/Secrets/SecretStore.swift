public import Model
public import Platform

/// A place in which secrets are kept.
///
/// A store answers the text of a secret as it stands there; what its fields are is read from the
/// text by `Secret`. It bounds the time and the size of every read.
public protocol SecretStore: Sendable {
    /// The text behind a reference of this store's scheme, which a connection of `tenant` names.
    ///
    /// A store that all tenants share does not look at the tenant; see `SecretReferenceRule`.
    ///
    /// - Throws: `SecretError`, with words that hold nothing of the secret.
    func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes
}
