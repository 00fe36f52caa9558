import Audit
import JSON

/// Walks the hash chain of the audit trail.
public struct VerifyAudit: Sendable {
    /// A request.
    public init() {}

    /// Carries it out.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        do {
            let verification = try await context.services.audit.verify()
            return CommandAnswer(
                body: .json(verification.json),
                revision: context.services.revision
            )
        } catch {
            throw CommandError(error)
        }
    }
}
