public import JSON
import Ledger
import Model
import Resolver

/// Publishes a new version with the content of an older one, judged by today's rules.
public struct RollbackConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The body: `toVersion`, `reason` and `breakGlass`.
    public let body: JSONValue
    /// The change request that it carries out; nil when it looks for one.
    var request: ChangeRequestID?

    /// A request.
    public init(target: ConfigScope, body: JSONValue) {
        self.target = target
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `INVALID_TRANSITION` for a version that was never live;
    ///   `VALIDATION_FAILED` with the report.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read()
        _ = try target.environment(context.services.environments)
        try await context.refresh()
        let old = try target.version(wish.number, context.state)
        let checks = try await PublishChecks.run(old.value.config, target.scope, context)
        try wish.breakGlass?.authorize(target, context.caller)
        // About the line: what is made of it has its number when it is planned, and tells the old one.
        let subject = target.subject("config.rollback", nil, reason: wish.reason)
        return try await context.write(subject) {
            (state, stamp) throws(CommandError) in
            try plan(wish.number, wish.reason, state, stamp, context, checks, wish.breakGlass)
        }
    }

    private struct Wish {
        let number: Int
        let reason: String?
        let breakGlass: BreakGlass?
    }

    private func read() throws(CommandError) -> Wish {
        let issues = IssueList()
        let members: Set<String> = ["toVersion", "reason", "breakGlass"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let number = reader.integer("toVersion", in: 1...Int(Int32.max))
        if reader.value("toVersion") == nil {
            issues.error(.missingField, at: reader.place("toVersion"), "is required")
        }
        let reason = ActionBody.reason(reader)
        let breakGlass = BreakGlass(reader)
        if let breakGlass {
            let place = reader.place("breakGlass").appending("reason")
            SecretScan.scan(.string(breakGlass.reason), at: place, issues: issues)
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        return Wish(number: number ?? 0, reason: reason, breakGlass: breakGlass)
    }

    func plan(
        _ number: Int,
        _ reason: String?,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks,
        _ breakGlass: BreakGlass? = nil
    ) throws(CommandError) -> Ledger.Plan<Written> {
        try context.precondition.check(nil)
        let line = target.read(state)
        let old = try target.version(number, state)
        guard old.value.status == .superseded || old.value.status == .published else {
            throw CommandError(
                .conflict,
                "INVALID_TRANSITION",
                old.value.status == .archived
                    ? "Version \(number) is archived, and what is archived does not go live again: "
                        + "make a draft of it with {\"fromVersion\": \(number)}."
                    : "A version that is \(old.value.status.rawValue) was never published here."
            )
        }
        let version = ConfigVersion(
            number: line.lastNumber + 1,
            config: old.value.config,
            origin: .rollback(to: number),
            // Who rolls back writes nothing.
            authors: ConfigAuthors.of(old.value, on: target, state)
        )
        let judge = try StepJudge(target, state, stamp, context, knowing: checks)
        let gates = try judge.gates(
            version,
            StepJudge.Question(
                step: .publish,
                request: request,
                breakGlass: breakGlass
            )
        )
        let added = ConfigDraft.adding(
            version,
            through: [.publish],
            to: target,
            line,
            stamp,
            by: context.caller,
            reason: reason,
            permit: try gates.permit(judge.gate.refusal)
        )
        let (changes, standing) = (added.plan.changes, added.standing)
        var written = added.plan.answer
        written.makeBody = {
            ConfigStep.body(standing, judge.access(after: changes), gates)
        }
        return Ledger.Plan(changes, answer: written)
    }
}
