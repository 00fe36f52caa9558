import JSON
import Ledger
import Model

/// The right to take a content live: only the approval gate gives one.
///
/// The lifecycle wants one for every step, so that a new way to publish does not compile until it has
/// asked the gate, or has said that nothing goes live by it.
struct ReleasePermit: Sendable {
    /// A change request that is carried out.
    private struct Applied: Sendable {
        let before: Stored<ChangeRequest>
        var after: Stored<ChangeRequest>
        /// Whether the trail is told of it by who carries it out.
        let isRecorded: Bool
    }

    private var applied: Applied?
    private let skipped: WrittenPart?
    /// What the gate found.
    let verdict: GateVerdict?
    /// Why there are no approvals; nil when none were wanted, or all are there.
    let breakGlass: BreakGlass?

    /// For what takes nothing live, or lives in memory alone.
    static let nothingGoesLive = ReleasePermit()

    private init() { (skipped, verdict, breakGlass) = (nil, nil, nil) }

    /// What becomes of the change request that is carried out.
    var changes: [Change] { applied.map { [.putChangeRequest($0.after)] } ?? [] }

    /// The audit records of that.
    var records: [WrittenPart] {
        if let skipped { return [skipped] }
        guard let applied, !applied.isRecorded else { return [] }
        var subject = applied.after.value.subjectOfWrite("changeRequest.apply")
        subject.reason = applied.after.value.title
        let part = WrittenPart(
            subject: subject,
            written: Written(
                object: applied.after.summary,
                revision: applied.after.revision,
                before: applied.before.summary
            )
        )
        return [part]
    }

    /// The gate's own.
    init(
        _ verdict: GateVerdict,
        applying request: (before: Stored<ChangeRequest>, after: Stored<ChangeRequest>)?,
        isRecorded: Bool
    ) {
        applied = request.map {
            Applied(before: $0.before, after: $0.after, isRecorded: isRecorded)
        }
        self.verdict = verdict
        (skipped, breakGlass) = (nil, nil)
    }

    /// The gate's own, for a version that goes live without the approvals that are wanted.
    init(
        _ breakGlass: BreakGlass,
        _ target: ConfigScope,
        _ version: ConfigVersion,
        _ required: Int
    ) {
        let told: JSONObject = [
            "version": .integer(Int64(version.number)), "reason": .string(breakGlass.reason),
            "requiredApprovals": .integer(Int64(required)),
        ]
        skipped = WrittenPart(
            subject: target.subject(
                "config.breakGlass",
                version.number,
                reason: breakGlass.reason
            ),
            written: Written(object: told)
        )
        verdict = GateVerdict(
            gate: .approvals,
            outcome: .skipped,
            reason: breakGlass.reason,
            details: ["required": .integer(Int64(required))]
        )
        self.breakGlass = breakGlass
    }

    /// The same right, once every gate has been judged: the request that is carried out keeps what they
    /// said.
    func telling(_ verdicts: [GateVerdict]) -> ReleasePermit {
        var permit = self
        permit.applied?.after.value.gates = GateVerdict.kept(.array(verdicts.map(\.json)))
        return permit
    }
}
