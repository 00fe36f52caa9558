import JSON
import Ledger
import Model

/// Lets the tenant's environments ask for no approvals any more.
///
/// It is about all of them, and so must be whoever asks.
public struct DeleteApprovalPolicy: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// Why; may be left out when the policy asks for nothing.
    public let reason: String?

    /// A request.
    public init(scope: TenantScope, reason: String?) {
        self.scope = scope
        self.reason = reason
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `INVALID_PARAMETER` for no reason, or none that is one; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard context.caller.credential.environments == nil else {
            throw CommandError(
                .forbidden,
                Caller.environmentCode,
                "The policy is for all environments, and the credential is not: change those of its own."
            )
        }
        try checkReason()
        let subject = PutApprovalPolicy.subject("approvalPolicy.delete", scope)
        return try await context.write(subject) { (state, _) throws(CommandError) in
            let existing = scope.read(state).approvalPolicy
            try context.precondition.check(existing?.revision)
            guard let existing else { throw .notFound("approval policy") }
            let isLess = !ApprovalPolicy.lowered(from: existing.value, to: nil).isEmpty
            if isLess, reason == nil {
                throw .parameter("reason", "is required: the policy asks for approvals")
            }
            let change = Change.removeApprovalPolicy(scope.tenant, reason: isLess ? reason : nil)
            var written = Written(kind: .nothing, before: existing.json)
            if isLess, let reason { written.farewell = ["reason": .string(reason)] }
            return Ledger.Plan([change], answer: written)
        }
    }

    private func checkReason() throws(CommandError) {
        guard let reason else { return }
        guard ApprovalPolicy.isReason(reason) else {
            throw .parameter("reason", ApprovalPolicy.reasonWords)
        }
        let issues = IssueList()
        SecretScan.scan(.string(reason), at: .root.appending("reason"), issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
    }
}
