import Model
import Platform

extension LocalSecretStore {
    /// The most secrets that one write seals anew.
    public static let rekeyBatchCount = 256
    /// The most secrets that one call seals anew.
    public static let rekeyCountMax = 10_000

    /// Reads the keys again, and seals what is not sealed under the first one anew under it.
    ///
    /// Online: values stay what they are, and keep their versions. Resumable: what is done is seen by
    /// its key, so a call that was interrupted, or met `countMax`, is followed by another one.
    ///
    /// - Throws: `SecretWriteError`; `.keysUnreadable` when the file can't be used.
    /// - Complexity: O(secrets of all tenants) to look at their keys.
    public func rekey(
        countMax: Int = rekeyCountMax,
        isDryRun: Bool = false
    ) async throws(SecretWriteError) -> RekeyReport {
        do throws(MasterKeyRing.Failure) {
            try await keys.reload()
        } catch {
            throw SecretWriteError(.keysUnreadable, error.detail)
        }
        let ring = keys.current
        var course = Course()
        for tenant in source.tenants {
            for secret in source.secrets(of: tenant) where secret.seal.keyID != ring.first.id {
                guard course.takenCount < countMax, !isDryRun else { break }
                course.take(secret, of: tenant, ring)
                guard course.batch.count == Self.rekeyBatchCount else { continue }
                try await flush(&course)
            }
        }
        try await flush(&course)
        return report(of: course, ring)
    }

    /// What was done so far.
    private struct Course {
        var batch: [SealReplacement] = []
        var takenCount = 0
        var resealedCount = 0

        mutating func take(_ secret: SealedSecret, of tenant: TenantID, _ ring: MasterKeyRing) {
            guard let value = ring.open(secret, of: tenant) else { return }
            takenCount += 1
            let seal = ring.first.seal(value, secret.name, of: tenant)
            batch.append(SealReplacement(tenant: tenant, found: secret, seal: seal))
        }
    }

    private func flush(_ course: inout Course) async throws(SecretWriteError) {
        guard !course.batch.isEmpty else { return }
        course.resealedCount += try await source.reseal(course.batch)
        course.batch = []
    }

    /// Counts what there is now.
    private func report(of course: Course, _ ring: MasterKeyRing) -> RekeyReport {
        var counts: [String: Int] = [:]
        var (remaining, unreadableCount) = (0, 0)
        var unreadable: [RekeyReport.Unreadable] = []
        for tenant in source.tenants {
            for secret in source.secrets(of: tenant) {
                let id = secret.seal.keyID
                counts[id, default: 0] += 1
                guard id != ring.first.id else { continue }
                guard ring.open(secret, of: tenant) == nil else {
                    remaining += 1
                    continue
                }
                unreadableCount += 1
                guard unreadable.count < RekeyReport.unreadableCountMax else { continue }
                unreadable.append(.init(tenant: tenant, name: secret.name, keyID: id))
            }
        }
        let known = ring.keys.map(\.id)
        let others = counts.keys.filter { !known.contains($0) }.sorted()
        return RekeyReport(
            keyID: ring.first.id,
            resealedCount: course.resealedCount,
            remainingCount: remaining,
            unreadableCount: unreadableCount,
            unreadable: unreadable,
            keys: (known + others)
                .map { id in
                    RekeyReport.Key(
                        id: id,
                        secretCount: counts[id] ?? 0,
                        isKnown: known.contains(id),
                        isNeeded: id == ring.first.id || counts[id] != nil
                    )
                }
        )
    }
}

extension MasterKeyRing {
    /// The value of a secret, by the key that it names; nil when that is not there, or does not open
    /// it.
    fileprivate func open(_ secret: SealedSecret, of tenant: TenantID) -> SecretBytes? {
        key(secret.seal.keyID)?.open(secret.seal, secret.name, of: tenant)
    }
}
