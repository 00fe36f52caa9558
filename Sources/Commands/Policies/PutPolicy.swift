public import JSON
import Ledger
public import Model

/// Makes or replaces a policy rule.
public struct PutPolicy: Sendable {
    /// The most rules of one owner.
    public static let ruleCountMax = 1000

    /// Whose rule.
    public let owner: OwnerScope
    /// The rule; nil when only the body names it, and it must be new.
    public let id: PolicyID?
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(owner: OwnerScope, id: PolicyID?, body: JSONValue) {
        self.owner = owner
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `ALREADY_EXISTS` for a POST of an id that is taken;
    ///   `TOO_MANY_POLICIES`; `POLICY_TEST_FAILED`; `OVERLOADED` when other writes kept the tests
    ///   from ending on the newest state.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let rule = try Self.read(body, id: id, context.caller)
        let subject = WriteSubject(
            action: id == nil ? "policy.create" : "policy.put",
            type: "policy",
            id: rule.id.text,
            tenant: owner.tenant
        )
        return try await TestedWorld.write { () async throws(CommandError) in
            try await write(rule, subject, context)
        }
    }

    private func write(
        _ rule: PolicyRule,
        _ subject: WriteSubject,
        _ context: CommandContext
    ) async throws(CommandError) -> CommandAnswer {
        let plan: CommandContext.WritePlan = { (state, stamp) throws(CommandError) in
            try context.precondition.check(owner.policies(state)[rule.id]?.revision)
            if id == nil, owner.policies(state)[rule.id] != nil {
                let detail = "There is a policy \(rule.id.text)."
                throw CommandError(.conflict, "ALREADY_EXISTS", detail)
            }
            return try Self.plan(rule, of: owner, state, stamp, context.caller)
        }
        if !context.isDryRun { try await context.refresh() }
        let rehearsed = try RehearsedRule.of(rule, rule.id, owner, context, plan)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let planned = try plan(state, stamp)
            if rule.isTested, rehearsed?.isTested(on: state, owner) != true {
                throw TestedWorld.moved
            }
            let revision = owner.policies(state)[rule.id]?.revision
            return RehearsedRule.telling(planned, rehearsed, over: revision)
        }
    }

    /// Runs the tests of a rule, on the state in which it is.
    ///
    /// - Throws: `POLICY_TEST_FAILED` with each question that was decided otherwise, up to
    ///   `PolicyTestRun.failureCountMax`; `LIMIT_EXCEEDED` when they take too long.
    static func runTests(
        of rule: PolicyRule,
        _ owner: OwnerScope,
        _ run: inout PolicyTestRun
    ) throws(CommandError) {
        guard rule.isTested else { return }
        let place = JSONPointer.root.appending("tests")
        let outcome = run.run(rule.tests, of: owner.tenant, at: place)
        guard outcome.failures.isEmpty else { throw .invalid(outcome.failures) }
    }

    /// Reads a body, which holds no secret and reaches no further than its writer.
    static func read(
        _ body: JSONValue,
        id: PolicyID?,
        _ caller: Caller
    ) throws(CommandError) -> PolicyRule {
        let rule: PolicyRule
        do {
            rule = try PolicyRule(body, id: id)
        } catch {
            throw .invalid(error)
        }
        try CommandError.checkSecrets(in: body)
        try CommandError.checkLabels(in: body)
        try check(rule, caller)
        return rule
    }

    /// The plan that makes or replaces the rule.
    static func plan(
        _ rule: PolicyRule,
        of owner: OwnerScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ caller: Caller
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let rules = owner.policies(state)
        let existing = rules[rule.id]
        if let existing { try check(existing.value, caller) }
        guard existing != nil || rules.count < ruleCountMax else {
            let detail = "There are \(ruleCountMax) policies already."
            throw CommandError(.conflict, "TOO_MANY_POLICIES", detail)
        }
        return DocumentWrite.plan(
            rule,
            over: existing,
            stamp,
            location: "\(owner.path("policies"))/\(rule.id.text)",
            json: { $0.json },
            change: { .putPolicy(owner.tenant, $0) }
        )
    }

    /// A rule reaches the environments that it lists, or all; so must whoever writes it.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    static func check(_ rule: PolicyRule, _ caller: Caller) throws(CommandError) {
        guard caller.credential.environments != nil else { return }
        for environment in rule.match.environments { try caller.check(environment) }
        guard rule.match.environments.isEmpty else { return }
        throw CommandError(
            .forbidden,
            Caller.environmentCode,
            "The rule is for all environments, and the credential is not: list its environments."
        )
    }
}
