import JSON
import Ledger
import Model

/// What a write is about, for its audit record.
struct WriteSubject: Sendable {
    /// The action, such as `connection.create`.
    let action: String
    /// The kind of object.
    let type: String
    /// The object's id.
    let id: String
    /// The tenant; nil for what is global.
    var tenant: TenantID?
    /// The environment, where it has one.
    var environment: EnvironmentName?
    /// Why it is done, in the words of the body.
    var reason: String?
}

extension CommandContext {
    /// Waits for what other replicas wrote, before a command judges the state outside of a plan: the
    /// caller's key by it, too.
    ///
    /// - Throws: `STORE_UNAVAILABLE`, `STORE_READ_ONLY`; `UNAUTHENTICATED` for a key that was revoked.
    func refresh() async throws(CommandError) {
        do {
            try await services.ledger.refresh()
        } catch {
            throw CommandError(error)
        }
        try caller.checkKey(in: state, at: now)
    }

    typealias WritePlan =
        @Sendable (State, Ledger.Stamp) throws(CommandError) ->
        Ledger.Plan<Written>

    /// Carries out a write: plans, waits until it is durable, audits it, and answers the object.
    ///
    /// With `dryRun` the plan runs and nothing is kept.
    ///
    /// - Throws: What the plan refuses; `UNAUTHENTICATED` for a key that was revoked since it was let
    ///   in; `STORE_READ_ONLY`, `STORE_UNAVAILABLE`, `OUTCOME_UNKNOWN` or
    ///   `OVERLOADED` when the ledger can't.
    func write(
        _ subject: WriteSubject,
        _ plan: @escaping WritePlan
    ) async throws(CommandError) -> CommandAnswer {
        if isDryRun {
            let written = try services.ledger.rehearse(now: now, plan)
            var answer = Self.answer(written, revision: state.revision)
            // Nothing has this revision; as a tag it could match another writer's change.
            answer.entityRevision = nil
            return answer
        }
        try services.checkAudit()
        let committed = try await commit(subject, plan)
        if let revision = committed.madeRevision {
            let parts = committed.written.recorded(as: subject)
            // What is gone is forgotten even when its record can't be written.
            for part in parts where part.written.kind == .nothing { services.forget(part.subject) }
            try await services.recordChanges(parts, self, revision, committed.debt)
        }
        return Self.answer(committed.written, revision: committed.revision)
    }

    /// A write that is durable.
    private struct Committed {
        let written: Written
        /// The revision that its entry has; nil when it changed nothing.
        let madeRevision: UInt64?
        /// The newest revision that is known.
        let revision: UInt64
        /// The records that it owes.
        let debt: AuditDebt?
    }

    /// Plans and waits until what was planned is durable.
    private func commit(
        _ subject: WriteSubject,
        _ plan: @escaping WritePlan
    ) async throws(CommandError) -> Committed {
        let owing = services.owing
        do {
            let result = try await services.ledger.commitOwing(actor: caller.actor, now: now) {
                (state, stamp) throws(CommandError) in
                try caller.checkKey(in: state, at: now)
                try ticket?.check(state, now: now)
                let plan = try plan(state, stamp)
                let moves = plan.changes.contains { $0.movesRevision }
                let revision = moves ? stamp.revision : stamp.revision - 1
                let answer = (plan.answer, plan.changes.isEmpty ? nil : revision)
                let kept = ticket?.change(keeping: Self.answer(plan.answer, stamp, plan.changes))
                return Ledger.Plan(
                    plan.changes + (kept.map { [$0] } ?? []),
                    answer: answer,
                    owes: plan.changes.isEmpty
                        ? nil
                        : owing?.records(of: plan.answer.recorded(as: subject), self, revision)
                )
            }
            ticket?.noteRecorded()
            return Committed(
                written: result.answer.0,
                madeRevision: result.answer.1,
                revision: result.state.revision,
                debt: result.debt
            )
        } catch {
            throw CommandError(error)
        }
    }

    /// The answer that a write will have when its entry is durable.
    private static func answer(
        _ written: Written,
        _ stamp: Ledger.Stamp,
        _ changes: [Change]
    ) -> CommandAnswer {
        answer(written, revision: changes.isEmpty ? stamp.revision - 1 : stamp.revision)
    }

    private static func answer(_ written: Written, revision: UInt64) -> CommandAnswer {
        let body = written.makeBody?() ?? written.toldObject.map { .object($0) }
        return CommandAnswer(
            written.kind,
            body: body.map { .json($0) } ?? .none,
            revision: revision,
            entityRevision: written.kind == .nothing ? nil : written.revision,
            location: written.location
        )
    }
}

extension CommandError {
    /// A plan's own refusal, or what a ledger that can't write means to a client.
    init(_ error: CommitError<CommandError>) {
        switch error {
        case .refused(let refusal): self = refusal
        case .failed(let failure): self.init(failure)
        }
    }

    init(_ error: LedgerError) {
        switch error.code {
        case .overloaded:
            self.init(
                .unavailable,
                "OVERLOADED",
                "Too many writes wait to be made durable.",
                retryAfterSeconds: 1
            )
        case .tooLarge:
            self.init(.invalid, "LIMIT_EXCEEDED", "The change is larger than the store takes.")
        case .unavailable:
            self.init(
                .unavailable,
                "STORE_UNAVAILABLE",
                "The store can't be reached for writing; nothing was changed. Reads go on.",
                retryAfterSeconds: 5
            )
        case .unknown:
            self.init(
                .unavailable,
                "OUTCOME_UNKNOWN",
                "The store was lost while the change was made: it was made as a whole or not at all. "
                    + "Look before trying again; with an Idempotency-Key the same request can be "
                    + "sent again.",
                retryAfterSeconds: 5
            )
        default:
            self.init(
                .unavailable,
                "STORE_READ_ONLY",
                "The store can't be written; nothing was changed. Reads go on.",
                retryAfterSeconds: 30
            )
        }
    }
}
