public import Model

/// Where sealed secrets are kept: the ledger, which this room does not know.
///
/// What is kept is durable and the same on every replica when a write returns.
public protocol SealedSecretSource: Sendable {
    /// The newest value of a name, as far as this process has followed the log.
    func secret(_ name: SecretName, of tenant: TenantID) -> SealedSecret?

    /// Keeps a value, when what is kept meets the expectation at that moment on all replicas.
    ///
    /// - Returns: What is kept now.
    /// - Throws: `SecretWriteError`; with `.conflict` nothing was changed.
    func put(
        _ seal: SealedSecret.Seal,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> SealedSecret

    /// Forgets a name.
    ///
    /// - Throws: `SecretWriteError`; `.conflict` also when there is nothing under the name.
    func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError)

    /// The tenants that have secrets, in order.
    var tenants: [TenantID] { get }

    /// The secrets of a tenant, by name.
    func secrets(of tenant: TenantID) -> [SealedSecret]

    /// Replaces seals by others of the same values, in one write; leaves out those that were given
    /// another value meanwhile, or are gone.
    ///
    /// - Returns: How many were replaced.
    func reseal(_ replacements: [SealReplacement]) async throws(SecretWriteError) -> Int
}

/// One seal that takes the place of another one of the same value.
public struct SealReplacement: Sendable {
    /// Whose secret it is.
    public let tenant: TenantID
    /// The secret, as it was found.
    public let found: SealedSecret
    /// The seal under another key.
    public let seal: SealedSecret.Seal
}

/// What a writer expects to be kept under a name.
public enum SecretExpectation: Sendable, Hashable {
    /// Whatever it is.
    case anything
    /// Nothing.
    case nothing
    /// The value with this version, and no other one.
    case version(UInt64)

    /// Whether what is kept meets it.
    public func isMet(by secret: SealedSecret?) -> Bool {
        switch self {
        case .anything: true
        case .nothing: secret == nil
        case .version(let version): secret?.version == version
        }
    }
}
