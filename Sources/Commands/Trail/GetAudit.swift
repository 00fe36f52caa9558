import Audit
import JSON
import Model

/// Answers an audit record of a tenant, or of the platform.
public struct GetAudit: Sendable {
    /// Whose record it is.
    public let scope: OwnerScope
    /// The record's id.
    public let id: String

    /// A request.
    public init(scope: OwnerScope, id: String) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`; `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let record: AuditRecord?
        do {
            record = try await context.services.audit.get(tenant: scope.tenant, id: id)
        } catch {
            throw CommandError(error)
        }
        guard let record else { throw .notFound("such audit record") }
        let environment = record.document["environment"]?.string.flatMap(EnvironmentName.init)
        if let environment { try context.caller.check(environment) }
        return CommandAnswer(
            body: .json(AuditReading(scope, context.caller).show(record)),
            revision: context.services.revision
        )
    }
}
