import JSON
import Ledger
import Model
import Resolver

/// A step of a version's life on its way into the store.
struct ConfigStep: Sendable {
    let target: ConfigScope
    let number: Int
    let step: ConfigLifecycle.Step
    let reason: String?
    /// The change request that it carries out; nil when it looks for one.
    var request: ChangeRequestID?
    /// Why it may go live without approvals; nil when it may not.
    var breakGlass: BreakGlass?
    /// What was looked at outside of the store.
    var checks = PublishChecks.none

    /// The plan of the step: the state machine, then the gates, then the changes.
    ///
    /// The gates judge the very state that the step changes, so that no other write comes between.
    func plan(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let judge = try StepJudge(target, state, stamp, context, knowing: checks)
        let line = target.read(state)
        let existing = line.versions[number]
        try context.precondition.check(existing?.revision)
        guard let existing else { throw .notFound("such config version") }
        let isMoving = try ConfigLifecycle.check(existing.value, step)
        guard isMoving else {
            let written = Written(object: existing.json, revision: existing.revision)
            return Ledger.Plan([], answer: written)
        }
        let gates = try gates(existing.value, judge)
        let permit = try gates?.permit(judge.gate.refusal) ?? .nothingGoesLive
        let result = ConfigLifecycle.changes(
            existing,
            step,
            on: target,
            line,
            stamp,
            actor: context.caller.credential.id.text,
            reason: reason,
            permit: permit
        )
        var written = Written(
            object: result.moved.json,
            revision: result.moved.revision,
            before: existing.json
        )
        var changes = result.changes
        written.beside = permit.records
        let requests = RequestReset(target, number, state, stamp, context.caller.party)
        let ended =
            switch step {
            case .archive: requests.archive()
            case .publish: requests.end(after: permit)
            case .preview: (changes: [Change](), records: [WrittenPart]())
            }
        changes += ended.changes
        written.beside += ended.records
        written.makeBody = {
            Self.body(result.moved, judge.access(after: result.changes), gates)
        }
        return Ledger.Plan(changes, answer: written)
    }

    /// The gates of the step; nil for one that passes none.
    private func gates(
        _ version: ConfigVersion,
        _ judge: StepJudge
    ) throws(CommandError) -> StepGates? {
        guard step != .archive else { return nil }
        return try judge.gates(
            version,
            StepJudge.Question(
                step: step,
                request: request,
                breakGlass: breakGlass
            )
        )
    }

    /// The version, with what its step means for calls.
    static func body(
        _ version: Stored<ConfigVersion>,
        _ access: AccessDiff,
        _ gates: StepGates?
    ) -> JSONValue {
        var object = version.json
        if let gates {
            object["gates"] = .array(gates.verdicts.map(\.json))
            object["report"] = gates.report.json
        }
        access.write(into: &object)
        return .object(object)
    }
}
