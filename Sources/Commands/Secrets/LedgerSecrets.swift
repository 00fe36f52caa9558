public import Ledger
public import Model
public import Platform
public import Secrets

/// The ledger as the source of sealed secrets.
public struct LedgerSecrets: SealedSecretSource {
    private let ledger: Ledger
    private let now: @Sendable () -> Timestamp

    /// A source over an open ledger.
    public init(
        _ ledger: Ledger,
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(milliseconds: WallClock.milliseconds())
        }
    ) {
        self.ledger = ledger
        self.now = now
    }

    /// See `SealedSecretSource`.
    public func secret(_ name: SecretName, of tenant: TenantID) -> SealedSecret? {
        ledger.state.tenants[tenant]?.secrets[name]
    }

    /// See `SealedSecretSource`.
    public func put(
        _ seal: SealedSecret.Seal,
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) -> SealedSecret {
        try await commit { (state, stamp) throws(SecretWriteError) in
            let secret = try SecretPlan(tenant: tenant, name: name, expecting: expecting)
                .secret(seal, on: state, stamp)
            return Ledger.Plan([.putSecret(tenant, secret)], answer: secret)
        }
    }

    /// See `SealedSecretSource`.
    public func remove(
        _ name: SecretName,
        of tenant: TenantID,
        expecting: SecretExpectation
    ) async throws(SecretWriteError) {
        _ = try await commit { (state, _) throws(SecretWriteError) in
            let plan = SecretPlan(tenant: tenant, name: name, expecting: expecting)
            guard try plan.existing(on: state) != nil else {
                throw SecretWriteError(.conflict, "there is no such secret")
            }
            return Ledger.Plan([.removeSecret(tenant, name)], answer: true)
        }
    }

    /// See `SealedSecretSource`.
    public var tenants: [TenantID] {
        let state = ledger.state
        return state.tenants.keys
            .filter { id in
                guard let tenant = state.tenants[id] else { return false }
                return !tenant.secrets.isEmpty || !tenant.alerts.webhooks.isEmpty
            }
            .sorted()
    }

    /// See `SealedSecretSource`.
    public func secrets(of tenant: TenantID) -> [SealedSecret] {
        guard let state = ledger.state.tenants[tenant] else { return [] }
        return state.secrets.values.sorted { $0.name < $1.name }
            + state.alerts.webhooks.values.flatMap(\.sealedSecrets).sorted { $0.name < $1.name }
    }

    /// See `SealedSecretSource`.
    public func reseal(
        _ replacements: [SealReplacement]
    ) async throws(SecretWriteError) -> Int {
        try await commit { (state, _) throws(SecretWriteError) in
            var webhooks: [TenantID: [WebhookID: Stored<Webhook>]] = [:]
            let changes = replacements.compactMap { replacement -> Change? in
                let name = replacement.found.name
                if let id = WebhookID(secretName: name) {
                    let tenant = replacement.tenant
                    // Of several secrets of one webhook each replaces its own, behind the others.
                    let kept =
                        webhooks[tenant]?[id] ?? state.tenants[tenant]?.alerts.webhooks[id]
                    guard let resealed = kept?.resealed(replacement) else { return nil }
                    webhooks[tenant, default: [:]][id] = resealed
                    return .putWebhook(tenant, resealed)
                }
                let kept = state.tenants[replacement.tenant]?.secrets[name]
                // Another value, or another replica that reseals too, was first.
                guard kept == replacement.found else { return nil }
                let secret = replacement.found.resealed(replacement.seal)
                return .putSecret(replacement.tenant, secret)
            }
            return Ledger.Plan(changes, answer: changes.count)
        }
    }

    private func commit<Answer: Sendable>(
        _ plan:
            @escaping @Sendable (State, Ledger.Stamp) throws(SecretWriteError) ->
            Ledger.Plan<Answer>
    ) async throws(SecretWriteError) -> Answer {
        do {
            return try await ledger.commit(actor: .system("secrets"), now: now(), plan).answer
        } catch {
            switch error {
            case .refused(let refusal): throw refusal
            case .failed(let failure):
                let code: SecretWriteError.Code =
                    failure.code == .unknown ? .unknown : .unavailable
                throw SecretWriteError(code, failure.detail)
            }
        }
    }
}
