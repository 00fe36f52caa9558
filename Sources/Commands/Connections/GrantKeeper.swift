import Audit
import Execution
import JSON
import Ledger
import Model
import Platform

/// Takes connections out of service whose grants have ended, once each, and says so in the trail.
///
/// Their ids, their secrets and what is bound to them stay: a new consent or a rotated secret puts
/// them back.
final class GrantKeeper: TokenObserver {
    private let ledger: Ledger
    private let audit: AuditTrail
    private let failsOpen: Bool

    /// A keeper; one that fails open makes changes that can't be recorded, too.
    init(_ ledger: Ledger, _ audit: AuditTrail, failsOpen: Bool) {
        self.ledger = ledger
        self.audit = audit
        self.failsOpen = failsOpen
    }

    /// Pauses the connection, unless somebody changed it meanwhile; not while that can't be recorded.
    func grantEnded(_ end: GrantEnd) async -> Bool {
        guard audit.failure == nil || failsOpen else { return false }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        do {
            let owing = AuditOwing(ledger, audit)
            let result = try await ledger.commitOwing(
                actor: .system(SystemAction.grantEnded.part),
                now: now
            ) {
                (state, stamp) throws(CommandError) in
                let plan = Self.plan(end, state, stamp)
                let draft = Self.draft(end, revision: stamp.revision, at: now)
                return Ledger.Plan(
                    plan.changes,
                    answer: plan.answer.map { ($0, stamp.revision) },
                    owes: owing?.record(draft)
                )
            }
            guard let (written, revision) = result.answer else { return true }
            var draft = Self.draft(end, revision: revision, at: now)
            draft.before = written.before.map { .object($0) }
            draft.after = written.object.map { .object($0) }
            _ = try await audit.append(draft)
            result.debt?.settle()
            return true
        } catch {
            // The ledger or the trail tells its own failure; the next call that needs a token asks
            // here again.
            return false
        }
    }

    private static func plan(
        _ end: GrantEnd,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) -> Ledger.Plan<Written?> {
        let tenant = state.tenant(end.tenant)
        guard let existing = tenant.connections[end.connection],
            existing.value.status == .active,
            existing.value.secretReference == end.reference
        else { return Ledger.Plan([], answer: nil) }
        let plan = DocumentWrite.plan(
            existing.value.moved(to: .paused, reason: Connection.needsReauthorization),
            over: existing,
            stamp,
            location: nil,
            json: tenant.writer(of: end.connection),
            change: { .putConnection($0) }
        )
        return Ledger.Plan(plan.changes, answer: plan.answer)
    }

    private static func draft(
        _ end: GrantEnd,
        revision: UInt64,
        at now: Timestamp
    ) -> AuditDraft {
        var draft = AuditDraft(.grantEnded, at: now)
        draft.tenant = end.tenant
        draft.connection = end.connection
        draft.resource = AuditResource(type: "connection", id: end.connection.text)
        draft.failure = AuditFailure(code: Connection.needsReauthorization, detail: end.detail)
        draft.revision = revision
        return draft
    }
}
