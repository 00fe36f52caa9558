public import Audit
import JSON
public import Ledger
import Model
import Platform

/// Makes what an entry of the ledger keeps of its audit records until the trail has them: all but the
/// objects, which the ledger's own states have.
public struct AuditOwing: Sendable {
    /// The newest record of the trail before the write.
    private let behind: UInt64

    /// For a write that is made now; nil where the ledger keeps nothing that it owes.
    public init?(_ ledger: Ledger, _ audit: AuditTrail) {
        guard ledger.keepsDebts else { return nil }
        behind = audit.head.sequence
    }

    /// What the parts of a write owe.
    ///
    /// In the plan, which others wait for: no object is written out.
    func records(
        of parts: [WrittenPart],
        _ context: CommandContext,
        _ revision: UInt64
    ) -> OwedRecords {
        records(
            parts.map { part in
                let written = part.written
                let told = written.kind == .nothing ? written.farewell : nil
                return part.draft(context, revision)
                    .owed(
                        after: (told ?? (written.isToldHereAlone ? written.object : nil))
                            .map { .object($0) },
                        hasBefore: written.late.before != nil,
                        hasAfter: written.hasAfter
                    )
            }
        )
    }

    /// What one record owes whose objects are those before and behind the change.
    public func record(_ draft: AuditDraft, hasBefore: Bool = true) -> OwedRecords {
        records([draft.owed(hasBefore: hasBefore, hasAfter: true)])
    }

    private func records(_ owed: [(common: JSONObject, own: JSONObject)]) -> OwedRecords {
        OwedRecords(common: owed.first?.common ?? [:], records: owed.map(\.own), behind: behind)
    }
}

extension WrittenPart {
    /// The record of the part, without the objects.
    func draft(_ context: CommandContext, _ revision: UInt64) -> AuditDraft {
        var draft = AuditDraft(
            .change,
            subject.action,
            outcome: .success,
            by: context.caller.auditActor,
            at: context.now
        )
        draft.tenant = subject.tenant
        draft.environment = subject.environment
        draft.resource = AuditResource(type: subject.type, id: subject.id)
        if subject.type == "connection" { draft.connection = ConnectionID(subject.id) }
        draft.reason = subject.reason
        draft.revision = revision
        draft.requestID = context.requestID
        draft.traceparent = context.trace?.traceparent
        return draft
    }
}

extension Written {
    /// The writes that are recorded, each with what came along with it.
    func recorded(as subject: WriteSubject) -> [WrittenPart] {
        (parts.isEmpty ? [WrittenPart(subject: subject, written: self)] : parts)
            .flatMap { [$0] + $0.written.beside }
    }

    /// What a record says of the object behind the write: of one that is gone, its farewell.
    var objectAfter: JSONObject? { kind == .nothing ? farewell : toldObject }

    /// The same, without writing it out.
    fileprivate var hasAfter: Bool { kind == .nothing ? farewell != nil : late.object != nil }
}
