import Audit
import Execution
import Ledger
import Model
import Platform
import Synchronization

extension HealthMonitor {
    /// Checks a connection, and keeps what is worth keeping.
    ///
    /// - Returns: How long until the next check; nil when it is checked no more.
    func check(_ target: HealthTarget) async -> Duration? {
        guard let job = HealthJob(target, ledger.state) else { return nil }
        let interval = interval(of: job)
        guard lease.isHeld else { return interval }
        if let wait = putOff(job) { return min(wait, interval) }
        guard let probe = await services.healthChecker.probe(job.question()) else { return nil }
        // Ended by the owner: what was found is that nobody waits for it.
        guard !Task.isCancelled else { return interval }
        // What is known stays as it was found, when and however it was: it is not found again.
        guard !probe.saysNothing else { return interval }
        // Of the state behind the check: a connection that was deleted, paused, revoked or changed
        // meanwhile is another one.
        guard let current = HealthJob(target, ledger.state) else { return nil }
        guard current.connection.revision == job.connection.revision else { return interval }
        let book = services.healthBook
        let previous = book.newest(target, current.connection, kept: current.kept, now: now)
        let next = probe.health(after: previous)
        if next.newTransition != nil {
            // In the trail first: a transition that is kept was recorded, as every change is, and one
            // that was not is found again by the next check.
            let isRecorded = await services.healthChecker.record(probe, previous, next)
            guard isRecorded || services.settings.auditFailsOpen else { return interval }
        }
        // Into the ledger before anybody is told of it: calls are decided by what the ledger knows.
        let isToKeep = await isLeftToKeep(next, current)
        book.note(next, target, of: current.connection)
        if isToKeep { book.keepLater(target) }
        await rollBackIfNeeded(current, next)
        return interval
    }

    /// How long a check is put off, since the connection's breaker is open; nil for not at all.
    ///
    /// Until it lets a call through again, which would find out the same; once only, so that a breaker
    /// that opens anew with every probe does not hide a connection from its checks.
    private func putOff(_ job: HealthJob) -> Duration? {
        let target = job.target
        let open = services.executor.circuitOpenTime(
            of: target.connection,
            job.spec.operations[job.check.operation]?.callClass ?? .read,
            in: target.tenant
        )
        guard let open else {
            _ = postponed.withLock { $0.remove(target) }
            return nil
        }
        let isNew = postponed.withLock { postponed in
            guard postponed.remove(target) == nil else { return false }
            postponed.insert(target)
            return true
        }
        return isNew ? open : nil
    }

    /// Keeps a change of status at once; another failure or an old time is left for the next lot, and
    /// anything else stays in memory.
    private func isLeftToKeep(_ health: ConnectionHealth, _ job: HealthJob) async -> Bool {
        if health.newTransition != nil {
            return await !keep([
                HealthRefresh.Finding(connection: job.connection, health: health)
            ])
        }
        guard job.kept?.errorCode == health.errorCode, let at = health.checkedAt,
            let keptAt = job.kept?.checkedAt
        else { return true }
        return at - keptAt >= keepInterval
    }

    /// Keeps what waits to be kept.
    func keepLot() async {
        while true {
            let lot = services.healthBook.takeUnkept(countMax: Self.lotCountMax)
            guard !lot.isEmpty else { return }
            let state = ledger.state
            let findings = lot.compactMap { item -> HealthRefresh.Finding? in
                let connections = state.tenant(item.target.tenant).connections
                guard let connection = connections[item.target.connection],
                    connection.revision == item.revision
                else { return nil }
                return HealthRefresh.Finding(connection: connection, health: item.health)
            }
            guard await keep(findings) else {
                for item in lot { services.healthBook.keepLater(item.target) }
                return
            }
        }
    }

    /// Whether the findings are in the ledger, but for those that are overtaken.
    private func keep(_ findings: [HealthRefresh.Finding]) async -> Bool {
        guard !findings.isEmpty else { return true }
        let now = now
        let plan: @Sendable (State, Ledger.Stamp) throws(Never) -> Ledger.Plan<Bool> = { state, _ in
            Ledger.Plan(Self.changes(findings, in: state, at: now), answer: true)
        }
        do {
            return try await ledger.commit(actor: .system("health"), now: now, plan).answer
        } catch {
            // The ledger says itself, loudly, that it can't be written.
            return false
        }
    }

    private static func changes(
        _ findings: [HealthRefresh.Finding],
        in state: State,
        at now: Timestamp
    ) -> [Change] {
        findings.filter { $0.isNews(in: state, at: now) }.map(\.change)
    }

    /// The calendar's time.
    var now: Timestamp { Timestamp(milliseconds: clock.calendar()) }
}

extension HealthRefresh.Finding {
    /// Whether it is about the connection as it is, and nothing newer is kept.
    func isNews(in state: State, at now: Timestamp) -> Bool {
        let tenant = state.tenant(connection.value.tenant)
        let id = connection.value.id
        guard isAbout(tenant.connections[id]), let checkedAt = health.checkedAt else {
            return false
        }
        guard let kept = tenant.health[id]?.checkedAt else { return true }
        return kept < checkedAt || HealthBook.isAhead(kept, of: now)
    }
}
