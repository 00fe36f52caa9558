import JSON
import Ledger
public import Model

/// Answers what is known of a secret in Bindery's own store: everything but its value.
public struct GetSecret: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The secret's name.
    public let name: SecretName

    /// A request.
    public init(scope: TenantScope, name: SecretName) {
        self.scope = scope
        self.name = name
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let secret = scope.read(state).secrets[name] else { throw .notFound("such secret") }
        return CommandAnswer(
            body: .json(.object(secret.metadata)),
            revision: state.revision,
            entityRevision: secret.version
        )
    }
}
