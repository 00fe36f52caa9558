public import Model
public import Platform

/// Bindery's own store, `local://NAME`: values sealed under a master key and kept in the ledger.
///
/// A name belongs to a tenant: `local://stripe` of one is not that of another one, and a value that
/// is moved from one name or tenant to another does not open. A value whose key is not known, or that
/// does not open, is an error; nothing else is tried.
public final class LocalSecretStore: SecretStore, SecretWriting {
    let keys: MasterKeys
    let source: any SealedSecretSource

    /// A store over a source, under the keys in a file or a variable.
    ///
    /// - Throws: `SecretsSetupError`, which names the setting that cannot work.
    public init(
        _ settings: SecretsConfiguration.Local,
        source: any SealedSecretSource
    ) throws(SecretsSetupError) {
        let place = settings.place
        do throws(MasterKeyRing.Failure) {
            keys = try MasterKeys(at: place)
        } catch {
            throw SecretsSetupError(setting: settings.settingName, detail: error.detail)
        }
        self.source = source
    }

    /// The id of the key that values are sealed under now.
    public var keyID: String { keys.current.first.id }

    /// The value as it was put.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        guard let name = SecretName(reference.path) else {
            throw SecretError(.notFound, reference, "no secret has such a name")
        }
        guard let secret = source.secret(name, of: tenant) else {
            throw SecretError(.notFound, reference, "the tenant has no such secret")
        }
        return try await open(secret, of: tenant)
    }

    /// See `SecretWriting`.
    public func value(
        _ name: SecretName,
        of tenant: TenantID
    ) async throws(SecretError) -> VersionedSecret? {
        guard let secret = source.secret(name, of: tenant) else { return nil }
        let value = try await open(secret, of: tenant)
        return VersionedSecret(value: value, version: secret.version)
    }

    /// See `SecretWriting`.
    public func put(
        _ value: SecretBytes,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> UInt64 {
        let seal = try await seal(value, name, of: tenant)
        return try await source.put(seal, name, of: tenant, expecting: expecting).version
    }

    /// See `SecretWriting`.
    public func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) {
        try await source.remove(name, of: tenant, expecting: expecting)
    }

    /// Encrypts a value under the first key.
    ///
    /// - Throws: `SecretWriteError` with `.unfit`.
    public func seal(
        _ value: SecretBytes,
        _ name: SecretName,
        of tenant: TenantID
    ) async throws(SecretWriteError) -> SealedSecret.Seal {
        guard (1...SealedSecret.valueByteCountMax).contains(value.count) else {
            let detail = "a value has 1 to \(SealedSecret.valueByteCountMax) bytes"
            throw SecretWriteError(.unfit, detail)
        }
        return await keys.sealingKey().seal(value, name, of: tenant)
    }

    /// Decrypts a value with the key that it names, and no other one.
    func open(
        _ secret: SealedSecret,
        of tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        let id = secret.seal.keyID
        let key: MasterKey?
        do throws(MasterKeyRing.Failure) {
            key = try await keys.key(id)
        } catch {
            throw Self.error(secret, "its key \(id) is not known, and \(error.detail)")
        }
        guard let key else {
            throw Self.error(secret, "its key \(id) is not among this server's master keys")
        }
        guard let value = key.open(secret.seal, secret.name, of: tenant) else {
            throw Self.error(secret, "does not open: what is kept was changed")
        }
        return value
    }

    private static func error(_ secret: SealedSecret, _ reason: String) -> SecretError {
        SecretError(.malformed, local: secret.name, reason)
    }
}
