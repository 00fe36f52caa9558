import Ledger
public import Model

/// Removes a policy rule.
public struct DeletePolicy: Sendable {
    /// Whose rule.
    public let owner: OwnerScope
    /// The rule.
    public let id: PolicyID

    /// A request.
    public init(owner: OwnerScope, id: PolicyID) {
        self.owner = owner
        self.id = id
    }

    /// Carries it out; a dry run answers the effect that it would have.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "policy.delete",
            type: "policy",
            id: id.text,
            tenant: owner.tenant
        )
        let plan: CommandContext.WritePlan = { (state, _) throws(CommandError) in
            try context.precondition.check(owner.policies(state)[id]?.revision)
            return try self.plan(state, context)
        }
        guard context.isDryRun else { return try await context.write(subject, plan) }
        let rehearsed = try RehearsedRule.of(nil, id, owner, context, plan)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let revision = owner.policies(state)[id]?.revision
            return RehearsedRule.telling(try plan(state, stamp), rehearsed, over: revision)
        }
    }

    /// The plan that removes it.
    func plan(
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        guard let existing = owner.policies(state)[id] else { throw .notFound("such policy") }
        try PutPolicy.check(existing.value, context.caller)
        return DocumentWrite.removal(of: existing.json, .removePolicy(owner.tenant, id))
    }
}
