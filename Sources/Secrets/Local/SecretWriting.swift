public import Model
public import Platform

/// A store that secrets can be written to, with compare-and-set: what tokens that are refreshed
/// are kept in.
///
/// Two replicas that refresh one token at once both read version N and write expecting N: one gets
/// the new version, the other `.conflict`, reads again, and uses what the first one wrote.
public protocol SecretWriting: Sendable {
    /// The newest value of a name, and its version; nil when there is nothing.
    ///
    /// Never from a cache. On a replica it may be a moment behind the others; a write that expects its
    /// version is compared with the newest one of all.
    ///
    /// - Throws: `SecretError`: `.malformed` when the value can't be decrypted, `.notConfigured`.
    func value(
        _ name: SecretName,
        of tenant: TenantID
    ) async throws(SecretError) -> VersionedSecret?

    /// Keeps a value; durable when it returns, and seen at once by who resolves `local://name`.
    ///
    /// - Parameters:
    ///   - value: 1 to `SealedSecret.valueByteCountMax` bytes: a JSON object of fields, or a text.
    ///   - name: The name, within the tenant.
    ///   - tenant: Whose it is.
    ///   - expecting: What must be kept there now.
    /// - Returns: The version of the value.
    /// - Throws: `SecretWriteError`; with `.conflict` nothing was changed.
    func put(
        _ value: SecretBytes,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> UInt64

    /// Forgets a name; the caller has found out that nothing refers to it.
    ///
    /// - Throws: `SecretWriteError`; with `.conflict` nothing was changed.
    func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError)
}

/// A value, and which one it is of those that its name was given.
public struct VersionedSecret: Sendable {
    /// The value.
    public let value: SecretBytes
    /// Its version, for `SecretExpectation.version`.
    public let version: UInt64

    /// A value.
    public init(value: SecretBytes, version: UInt64) {
        self.value = value
        self.version = version
    }
}
