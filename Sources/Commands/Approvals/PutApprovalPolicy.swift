public import JSON
import Ledger
import Model

/// Says how many approvals the tenant's environments ask for.
///
/// It moves no request: one that was approved under another policy is judged by this one when it is
/// carried out, and one that has enough of them now waits until somebody carries it out.
public struct PutApprovalPolicy: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, body: JSONValue) {
        self.scope = scope
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body, such as no `reason` when it asks for less; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` when it changes
    ///   what an environment asks for that the caller may not act in.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let policy = try read(context)
        let subject = Self.subject("approvalPolicy.put", scope)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let existing = scope.read(state).approvalPolicy
            try context.precondition.check(existing?.revision)
            try Self.check(from: existing?.value, to: policy, context.caller)
            var kept = policy
            kept.loweredReason = try Self.reason(
                policy.loweredReason,
                from: existing?.value,
                to: policy
            )
            return DocumentWrite.plan(
                kept,
                over: existing,
                stamp,
                location: "\(scope.path)/approval-policy",
                json: { $0.json },
                change: { .putApprovalPolicy(scope.tenant, $0) }
            )
        }
    }

    /// Checks that the caller may act wherever something changes.
    static func check(
        from old: ApprovalPolicy?,
        to new: ApprovalPolicy,
        _ caller: Caller
    ) throws(CommandError) {
        let names = Set(old?.required.keys.map { $0 } ?? [])
            .union(new.required.keys)
        for name in names.sorted() where (old?.required(in: name) ?? 0) != new.required(in: name) {
            try caller.check(name)
        }
    }

    /// Why less is asked for; nil when it is not.
    ///
    /// - Throws: `MISSING_FIELD` when it is, and nobody says why.
    static func reason(
        _ given: String?,
        from old: ApprovalPolicy?,
        to new: ApprovalPolicy?
    ) throws(CommandError) -> String? {
        let lowered = ApprovalPolicy.lowered(from: old, to: new).map(\.text)
        guard !lowered.isEmpty else { return nil }
        if let given { return given }
        let names = lowered.joined(separator: ", ")
        throw .invalid(
            .missingField,
            at: .root.appending("reason"),
            "is required: it asks for less in \(names)",
            suggestion: "say why, in 10 to 1000 characters; the audit trail and the alert tell it"
        )
    }

    /// What a write of the policy is about.
    static func subject(_ action: String, _ scope: TenantScope) -> WriteSubject {
        WriteSubject(action: action, type: "approvalPolicy", id: "default", tenant: scope.tenant)
    }

    private func read(_ context: CommandContext) throws(CommandError) -> ApprovalPolicy {
        let issues = IssueList()
        let policy = ApprovalPolicy(reading: body, issues: issues)
        let known = Set(context.services.environments.map(\.name))
        for name in policy.required.keys.sorted() where !known.contains(name) {
            issues.error(
                .unknownEnvironment,
                at: .root.appending("environments").appending(name.text),
                "there is no environment \(name.text)"
            )
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        return policy
    }
}
