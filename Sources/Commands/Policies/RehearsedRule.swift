import JSON
import Ledger
import Model

/// A change of a rule, made in memory before it is planned: its tests are run, and its effect is
/// found, where no other writer waits for that.
struct RehearsedRule: Sendable {
    /// The revision that the rule had; nil when there was none.
    private let revision: UInt64?
    /// What the tests were run on.
    private let world: TestedWorld
    /// What the change does, as the API writes it.
    private let effect: JSONObject

    /// Rehearses on the newest state.
    ///
    /// - Parameters:
    ///   - rule: The rule as it would be; nil for one that would be gone.
    ///   - id: Its id.
    ///   - owner: Whose it is.
    ///   - context: The request.
    ///   - plan: What would be written.
    /// - Returns: Nil when the plan refuses; it will say so itself, on the state that is then the
    ///   newest.
    /// - Throws: `POLICY_TEST_FAILED`, `LIMIT_EXCEEDED` by the tests.
    static func of(
        _ rule: PolicyRule?,
        _ id: PolicyID,
        _ owner: OwnerScope,
        _ context: CommandContext,
        _ plan: CommandContext.WritePlan
    ) throws(CommandError) -> RehearsedRule? {
        let states: (before: State, after: State)
        do throws(CommandError) {
            states = try context.services.ledger.rehearse(now: context.now) {
                (state, stamp) throws(CommandError) in
                let after = state.applying(try plan(state, stamp).changes, stamp)
                return Ledger.Plan([], answer: (before: state, after: after))
            }
        } catch {
            return nil
        }
        if let rule, rule.isTested {
            var run = PolicyTestRun(context, rehearsing: states.after)
            try PutPolicy.runTests(of: rule, owner, &run)
        }
        let before = owner.policies(states.before)[id]
        let after = owner.policies(states.after)[id]
        var effect: JSONObject = [:]
        PolicyEffect(
            from: before?.value,
            to: after?.value,
            owner,
            before: states.before,
            after: states.after,
            context
        )
        .write(into: &effect)
        return RehearsedRule(
            revision: before?.revision,
            world: TestedWorld(states.before, owner.tenants),
            effect: effect
        )
    }

    /// Whether the tests, which were run on the rehearsed state, hold on this one.
    func isTested(on state: State, _ owner: OwnerScope) -> Bool {
        world == TestedWorld(state, owner.tenants)
    }

    /// The plan, answering the effect.
    ///
    /// The effect is told of the configs as they were at the rehearsal. When somebody else has changed
    /// the rule since, it is that of another change: nothing of it is told.
    static func telling(
        _ plan: Ledger.Plan<Written>,
        _ rehearsed: RehearsedRule?,
        over revision: UInt64?
    ) -> Ledger.Plan<Written> {
        var effect: JSONObject = ["access": [], "accessIsCut": true]
        if let rehearsed, rehearsed.revision == revision { effect = rehearsed.effect }
        var written = plan.answer
        written.makeBody = { [effect, shown = written.late.object] in
            var object = shown?.value ?? [:]
            for member in effect { object[member.key] = member.value }
            return .object(object)
        }
        if written.kind == .nothing { written.kind = .done }
        return Ledger.Plan(plan.changes, answer: written)
    }
}

extension PolicyRule {
    /// Whether it has tests that are run: a disabled rule keeps them for later.
    var isTested: Bool { isEnabled && !tests.isEmpty }
}

extension OwnerScope {
    /// The tenant whose configs its rules are about; none for the platform's, which are about all.
    var tenants: Set<TenantID> { Set([tenant].compactMap { $0 }) }
}
