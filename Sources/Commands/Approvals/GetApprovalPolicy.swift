import JSON
import Ledger
import Model

/// Answers how many approvals the tenant's environments ask for.
public struct GetApprovalPolicy: Sendable {
    /// The tenant.
    public let scope: TenantScope

    /// A request.
    public init(scope: TenantScope) { self.scope = scope }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let policy = scope.read(state).approvalPolicy else {
            throw .notFound("approval policy")
        }
        return CommandAnswer(
            body: .json(.object(policy.json)),
            revision: state.revision,
            entityRevision: policy.revision
        )
    }
}
