public import Execution
import JSON
import Ledger
import Model
import Resolver

extension Services {
    /// Whether a connection's circuit breaker is open now.
    func openBreakers(of tenant: TenantID) -> BreakerCheck {
        let executor = executor
        guard executor.mayHaveOpenBreaker else { return { _, _ in false } }
        return { executor.circuitOpenTime(of: $0, $1, in: tenant) != nil }
    }

    /// Whether what is resolved depends on the state alone: an open breaker changes it too.
    public var isResolvingSettled: Bool { !executor.mayHaveOpenBreaker }

    /// Lets go of what is counted for a connection that is gone.
    func forget(_ removed: WriteSubject) {
        guard removed.type == "connection", let tenant = removed.tenant,
            let id = ConnectionID(removed.id)
        else { return }
        executor.forget(id, of: tenant)
        healthBook.forget(HealthTarget(tenant: tenant, connection: id))
    }

    /// Has the next who needs a secret read it anew.
    func forgetSecret(_ reference: SecretReference) { executor.forgetSecret(reference) }

    /// The counts of quotas that outlast the process; nil when none has changed since the last time.
    public func changedQuotaCounts() -> [QuotaCount]? { executor.changedQuotaCounts() }

    /// Takes counts over that were kept; before the first call.
    public func restoreQuotas(_ counts: [QuotaCount]) { executor.restore(counts) }

    /// The newest health of a connection: what the ledger keeps, or what was found since.
    func newestHealth(
        of connection: Stored<Connection>,
        in tenant: TenantState,
        at now: Timestamp
    ) -> ConnectionHealth {
        let id = connection.value.id
        let target = HealthTarget(tenant: tenant.id, connection: id)
        return healthBook.newest(target, connection, kept: tenant.health[id], now: now)
    }
}
