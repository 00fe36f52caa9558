import Model
import Secrets
import Synchronization

/// Sealed secrets in memory, which a test may tamper with.
final class MemorySecretSource: SealedSecretSource {
    private struct Place: Hashable {
        let tenant: TenantID
        let name: SecretName
    }

    private struct Kept {
        var secrets: [Place: SealedSecret] = [:]
        var lastVersion: UInt64 = 0
        var batchSizes: [Int] = []
    }

    private let kept = Mutex(Kept())

    /// How many seals each call of `reseal` was given.
    var batchSizes: [Int] { kept.withLock { $0.batchSizes } }

    func secret(_ name: SecretName, of tenant: TenantID) -> SealedSecret? {
        kept.withLock { $0.secrets[Place(tenant: tenant, name: name)] }
    }

    /// Puts whatever there is under a name, as somebody would who can write to the store.
    func plant(_ secret: SealedSecret?, _ name: SecretName, of tenant: TenantID) {
        kept.withLock { $0.secrets[Place(tenant: tenant, name: name)] = secret }
    }

    func put(
        _ seal: SealedSecret.Seal,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> SealedSecret {
        let place = Place(tenant: tenant, name: name)
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        return try kept.withLock { kept throws(SecretWriteError) in
            guard expecting.isMet(by: kept.secrets[place]) else {
                throw SecretWriteError(.conflict, "another version is kept")
            }
            kept.lastVersion += 1
            let secret = SealedSecret(
                name: name,
                version: kept.lastVersion,
                createdAt: now,
                updatedAt: now,
                seal: seal
            )
            kept.secrets[place] = secret
            return secret
        }
    }

    func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) {
        let place = Place(tenant: tenant, name: name)
        try kept.withLock { kept throws(SecretWriteError) in
            guard let secret = kept.secrets[place], expecting.isMet(by: secret) else {
                throw SecretWriteError(.conflict, "another version is kept")
            }
            kept.secrets[place] = nil
        }
    }

    var tenants: [TenantID] {
        kept.withLock { Set($0.secrets.keys.map(\.tenant)) }.sorted()
    }

    func secrets(of tenant: TenantID) -> [SealedSecret] {
        kept.withLock { kept in
            kept.secrets.filter { $0.key.tenant == tenant }.values.sorted { $0.name < $1.name }
        }
    }

    func reseal(_ replacements: [SealReplacement]) async throws(SecretWriteError) -> Int {
        kept.withLock { kept in
            kept.batchSizes.append(replacements.count)
            var count = 0
            for replacement in replacements {
                let place = Place(tenant: replacement.tenant, name: replacement.found.name)
                guard kept.secrets[place] == replacement.found else { continue }
                kept.secrets[place] = replacement.found.resealed(replacement.seal)
                count += 1
            }
            return count
        }
    }
}
