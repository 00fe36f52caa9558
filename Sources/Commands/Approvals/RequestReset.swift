import Ledger
import Model

/// What becomes of the open change request of a version when the version changes or goes away: what
/// was approved is not what is there any more.
struct RequestReset {
    private let target: ConfigScope
    private let number: Int
    private let state: State
    private let stamp: Ledger.Stamp
    private let party: ChangeRequest.Party

    init(
        _ target: ConfigScope,
        _ number: Int,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ party: ChangeRequest.Party
    ) {
        (self.target, self.number, self.state) = (target, number, state)
        (self.stamp, self.party) = (stamp, party)
    }

    /// Ends the request of a version that is archived.
    func archive() -> (changes: [Change], records: [WrittenPart]) {
        run(.cancel, to: .cancelled, because: "the version was archived")
    }

    /// Ends the request of a version that went live without it, which nothing could end any more.
    ///
    /// - Parameter permit: The right by which it went live; a request that gave it is applied.
    /// - Returns: The changes, and their audit records.
    func end(after permit: ReleasePermit) -> (changes: [Change], records: [WrittenPart]) {
        guard permit.changes.isEmpty else { return ([], []) }
        return run(.cancel, to: .cancelled, because: "the version was published without it")
    }

    /// The changes, and their audit records: both empty when no request may take the step.
    func run(
        _ step: ChangeRequest.Step,
        to status: ChangeRequest.Status,
        because comment: String
    ) -> (changes: [Change], records: [WrittenPart]) {
        let found = target.scope.read(state).changeRequests.values
            .filter { $0.value.line == target.line && $0.value.version == number }
            .filter { step.sources.contains($0.value.status) }
            .sorted { $0.value.id < $1.value.id }
        let moved = found.map { request in
            var value = request.value
            value.take(step, to: status, by: party, at: stamp.now, comment: comment)
            return (before: request, after: request.moved(to: value, stamp))
        }
        let records = moved.map { request in
            var subject = request.after.value.subjectOfWrite("changeRequest.\(step.rawValue)")
            subject.reason = comment
            return WrittenPart(
                subject: subject,
                written: Written(
                    object: request.after.summary,
                    revision: stamp.revision,
                    before: request.before.summary
                )
            )
        }
        return (moved.map { .putChangeRequest($0.after) }, records)
    }
}
