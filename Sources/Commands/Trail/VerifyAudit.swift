import Audit
import JSON
import Ledger

/// Walks the hash chain of the audit trail.
public struct VerifyAudit: Sendable {
    /// A request.
    public init() {}

    /// Carries it out.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let services = context.services
        // A chain that was made anew as a whole is only seen by what was kept elsewhere.
        let anchor = context.state.auditAnchors[services.settings.auditWriter]
        do {
            let verification = try await services.audit.verify(
                anchor: anchor.map { AuditHead(sequence: $0.sequence, hash: $0.hash) }
            )
            return CommandAnswer(
                body: .json(verification.json),
                revision: context.services.revision
            )
        } catch {
            throw CommandError(error)
        }
    }
}
