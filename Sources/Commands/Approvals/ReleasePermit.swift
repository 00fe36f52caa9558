import JSON
import Ledger
import Model

/// The right to take a content live: only the approval gate gives one.
///
/// The lifecycle wants one for every step, so that a new way to publish does not compile until it has
/// asked the gate, or has said that nothing goes live by it.
struct ReleasePermit: Sendable {
    /// What becomes of the change request that is carried out.
    let changes: [Change]
    /// The audit records of that.
    let records: [WrittenPart]
    /// What the gate found.
    let verdict: GateVerdict?
    /// Why there are no approvals; nil when none were wanted, or all are there.
    let breakGlass: BreakGlass?

    /// For what takes nothing live, or lives in memory alone.
    static let nothingGoesLive = ReleasePermit(changes: [], records: [], verdict: nil)

    private init(changes: [Change], records: [WrittenPart], verdict: GateVerdict?) {
        (self.changes, self.records, self.verdict) = (changes, records, verdict)
        breakGlass = nil
    }

    /// The gate's own.
    init(
        _ verdict: GateVerdict,
        applying request: (before: Stored<ChangeRequest>, after: Stored<ChangeRequest>)?,
        isRecorded: Bool
    ) {
        changes = request.map { [.putChangeRequest($0.after)] } ?? []
        let part = request.map { request in
            WrittenPart(
                subject: request.after.value.subjectOfWrite("changeRequest.apply"),
                written: Written(
                    object: request.after.summary,
                    revision: request.after.revision,
                    before: request.before.summary
                )
            )
        }
        records = isRecorded ? [] : part.map { [$0] } ?? []
        self.verdict = verdict
        breakGlass = nil
    }

    /// The gate's own, for a version that goes live without the approvals that are wanted.
    init(
        _ breakGlass: BreakGlass,
        _ target: ConfigScope,
        _ version: ConfigVersion,
        _ required: Int
    ) {
        changes = []
        let told: JSONObject = [
            "version": .integer(Int64(version.number)), "reason": .string(breakGlass.reason),
            "requiredApprovals": .integer(Int64(required)),
        ]
        var written = Written(object: told)
        written.isToldHereAlone = true
        let subject = target.subject("config.breakGlass", version.number)
        records = [WrittenPart(subject: subject, written: written)]
        verdict = GateVerdict(
            gate: .approvals,
            outcome: .skipped,
            reason: breakGlass.reason,
            details: ["required": .integer(Int64(required))]
        )
        self.breakGlass = breakGlass
    }
}
