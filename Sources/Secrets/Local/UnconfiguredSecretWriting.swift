public import Model
public import Platform

/// Stands for the store of our own where the settings name no master key.
public struct UnconfiguredSecretWriting: SecretWriting {
    /// What it needs, for errors.
    public static let reason =
        "needs the setting secrets.local.keyFile or secrets.local.keyVariable"

    /// A store that takes and has nothing.
    public init() {}

    /// See `SecretWriting`.
    public func value(
        _ name: SecretName,
        of tenant: TenantID
    ) async throws(SecretError) -> VersionedSecret? {
        throw SecretError(.notConfigured, local: name, Self.reason)
    }

    /// See `SecretWriting`.
    public func put(
        _ value: SecretBytes,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> UInt64 {
        throw SecretWriteError(.notConfigured, Self.reason)
    }

    /// See `SecretWriting`.
    public func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) {
        throw SecretWriteError(.notConfigured, Self.reason)
    }
}
