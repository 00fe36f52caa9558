public import Model
public import Platform
public import Secrets

/// The variables of the environment that connections of the tests name: a process can't safely set
/// its own.
public struct SampleVariables: SecretStore {
    /// What each holds, by its name; a name that is not here is of no variable.
    public static let values = Dictionary(
        uniqueKeysWithValues: ["A", "B", "C", "D", "X", "ZQX"]
            .map { ("BINDERY_SECRET_\($0)", #"{"apiKey": "key-of-\#($0)"}"#) }
    )

    /// The variables.
    public init() {}

    /// What the variable holds that the reference names.
    ///
    /// - Throws: `.notFound` for any other.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        guard reference.scheme == .env, let value = Self.values[reference.path] else {
            throw SecretError(.notFound, reference, "the variable is not set")
        }
        var bytes = Array(value.utf8)
        return SecretBytes(wiping: &bytes)
    }
}
