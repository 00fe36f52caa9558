public import Model
public import Platform

/// Secrets in variables of the server's environment: `env://BINDERY_SECRET_STRIPE`.
///
/// Only names that start with the prefix can be read, so that whoever writes a connection cannot
/// ask for the server's other variables.
public struct EnvironmentSecretStore: SecretStore {
    private let prefix: String

    /// A store of the variables whose names start with `prefix`, which is not empty.
    public init(prefix: String) {
        precondition(!prefix.isEmpty, "an empty prefix would open the whole environment")
        self.prefix = prefix
    }

    /// The variable's value; a variable that is not set, or is too long, is `.notFound`.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        guard reference.path.hasPrefix(prefix) else {
            throw SecretError(.forbidden, reference, "the name has to start with \(prefix)")
        }
        guard var bytes = SecretEnvironment.bytes(of: reference.path) else {
            throw SecretError(.notFound, reference, "the variable is not set")
        }
        return SecretBytes(wiping: &bytes)
    }
}
