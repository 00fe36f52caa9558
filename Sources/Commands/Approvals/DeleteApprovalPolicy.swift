import Ledger
import Model

/// Lets the tenant's environments ask for no approvals any more.
///
/// It is about all of them, and so must be whoever asks.
public struct DeleteApprovalPolicy: Sendable {
    /// The tenant.
    public let scope: TenantScope

    /// A request.
    public init(scope: TenantScope) { self.scope = scope }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard context.caller.credential.environments == nil else {
            throw CommandError(
                .forbidden,
                Caller.environmentCode,
                "The policy is for all environments, and the credential is not: change those of its own."
            )
        }
        let subject = PutApprovalPolicy.subject("approvalPolicy.delete", scope)
        return try await context.write(subject) { (state, _) throws(CommandError) in
            let existing = scope.read(state).approvalPolicy
            try context.precondition.check(existing?.revision)
            guard let existing else { throw .notFound("approval policy") }
            return DocumentWrite.removal(of: existing.json, .removeApprovalPolicy(scope.tenant))
        }
    }
}
