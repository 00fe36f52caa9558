import Ledger
import Model
import Secrets

/// The rules by which a secret of the store of our own is written.
struct SecretPlan {
    let tenant: TenantID
    let name: SecretName
    let expecting: SecretExpectation

    /// What is kept under the name.
    ///
    /// - Throws: `.conflict` when it is not what was expected.
    func existing(on state: State) throws(SecretWriteError) -> SealedSecret? {
        let existing = state.tenant(tenant).secrets[name]
        guard expecting.isMet(by: existing) else {
            let kept = existing.map { "version \($0.version)" } ?? "nothing"
            throw SecretWriteError(.conflict, "\(kept) is kept under the name")
        }
        return existing
    }

    /// The secret that takes the place of what is kept.
    ///
    /// Its version is its place in the log: one that was used before, by a secret of the name that
    /// was removed since, never comes again.
    func secret(
        _ seal: SealedSecret.Seal,
        on state: State,
        _ stamp: Ledger.Stamp
    ) throws(SecretWriteError) -> SealedSecret {
        let existing = try existing(on: state)
        guard existing != nil || state.tenant(tenant).secrets.count < SealedSecret.countMax else {
            let detail = "a tenant has at most \(SealedSecret.countMax) secrets"
            throw SecretWriteError(.tooMany, detail)
        }
        return SealedSecret(
            name: name,
            version: max(state.position, existing?.version ?? 0) + 1,
            createdAt: existing?.createdAt ?? stamp.now,
            updatedAt: stamp.now,
            seal: seal
        )
    }
}
