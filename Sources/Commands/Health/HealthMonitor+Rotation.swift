import Audit
import Execution
import JSON
import Ledger
import Model
import Synchronization

extension HealthMonitor {
    /// Returns a connection to the secret before its last rotation: within the overlap, when the new
    /// one has failed so often that the connection is given up, and the old one works now.
    ///
    /// An outage of the provider fails both, and changes nothing.
    func rollBackIfNeeded(_ job: HealthJob, _ health: ConnectionHealth) async {
        guard let overlap = job.overlap, overlap.isOpen(for: job.connection.value, at: now),
            health.consecutiveFailures >= job.check.unhealthyAfter, services.canRecord
        else { return }
        let question = job.question(secret: overlap.previous)
        guard let probe = await services.healthChecker.probe(question), probe.hasSucceeded,
            !Task.isCancelled
        else { return }
        let next = probe.health(after: health)
        await services.healthChecker.record(probe, health, next)
        let (connection, id) = (job.connection, job.target.connection)
        let tenant = job.target.tenant
        await write(.connectionRollback, connection.value) { (state, stamp) throws(Never) in
            let own = state.tenant(tenant)
            guard own.connections[id]?.revision == connection.revision,
                own.overlaps[id] == overlap,
                let stored = DocumentWrite.stored(
                    connection.value.rotated(to: overlap.previous)
                        .credentialed(until: overlap.previousEnd),
                    over: connection,
                    stamp
                )
            else { return Ledger.Plan([], answer: SystemChange()) }
            return Ledger.Plan(
                [
                    .putConnection(stored), .removeOverlap(tenant, id),
                    .putHealth(tenant, id, next),
                ],
                answer: SystemChange(
                    before: TenantState.json(connection, health, overlap),
                    after: TenantState.json(stored, next, nil),
                    revision: stored.revision
                )
            )
        }
    }

    /// Drops the old references of those overlaps that are over.
    func endOverlaps() async {
        let now = now
        let over = overlapEnds.withLock { ends in ends.filter { $0.value <= now }.keys }
        for target in over where services.canRecord {
            let (tenant, id) = (target.tenant, target.connection)
            guard let connection = ledger.state.tenants[tenant]?.connections[id] else { continue }
            await write(.connectionEndOverlap, connection.value) { (state, _) throws(Never) in
                let own = state.tenant(tenant)
                guard let connection = own.connections[id], let overlap = own.overlaps[id],
                    overlap.until <= now
                else { return Ledger.Plan([], answer: SystemChange()) }
                let health = own.health[id] ?? .unknown
                return Ledger.Plan(
                    [.removeOverlap(tenant, id)],
                    answer: SystemChange(
                        before: TenantState.json(connection, health, overlap),
                        after: TenantState.json(connection, health, nil)
                    )
                )
            }
        }
    }

    /// What the server changed by itself, for the trail; nothing when nothing was changed.
    private struct SystemChange: Sendable {
        var before: JSONObject?
        var after: JSONObject?
        var revision: UInt64?
    }

    /// Writes a change that nobody asked for, and records it.
    private func write(
        _ action: SystemAction,
        _ connection: Connection,
        _ plan:
            @escaping @Sendable (State, Ledger.Stamp) throws(Never) ->
            Ledger.Plan<SystemChange>
    ) async {
        let now = now
        let owing = services.owing
        do {
            let result = try await ledger.commitOwing(actor: .system("health"), now: now) {
                (state, stamp) throws(Never) in
                let planned = plan(state, stamp)
                let draft = Self.draft(action, connection, planned.answer, at: now)
                return Ledger.Plan(
                    planned.changes,
                    answer: planned.answer,
                    owes: owing?.record(draft)
                )
            }
            guard let after = result.answer.after else { return }
            var draft = Self.draft(action, connection, result.answer, at: now)
            draft.before = result.answer.before.map { .object($0) }
            draft.after = .object(after)
            if try await services.record(draft) != nil { result.debt?.settle() }
        } catch {
            // The ledger or the trail tells why it can't be written; the next look tries again.
        }
    }

    /// The record, without the objects.
    private static func draft(
        _ action: SystemAction,
        _ connection: Connection,
        _ change: SystemChange,
        at now: Timestamp
    ) -> AuditDraft {
        var draft = AuditDraft(action, at: now)
        draft.tenant = connection.tenant
        draft.environment = connection.environment
        draft.connection = connection.id
        draft.resource = AuditResource(type: "connection", id: connection.id.text)
        draft.revision = change.revision
        return draft
    }
}
