import Audit
import JSON
import Ledger
import Model

/// Walks the hash chain of the audit trail.
public struct VerifyAudit: Sendable {
    /// The most verifications at one time: each reads the whole trail.
    static let countMax = 4
    /// The most verifications that keys of one tenant have at one time.
    static let tenantCountMax = 2

    /// The places of those who verify.
    static func makeSlots() -> StreamSlots {
        StreamSlots(
            what: "audit verifications",
            countMax: countMax,
            tenantCountMax: tenantCountMax
        )
    }

    /// A request.
    public init() {}

    /// Carries it out.
    ///
    /// - Throws: `TOO_MANY_STREAMS`; `AUDIT_UNAVAILABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let services = context.services
        let slot = try services.auditVerifications.enter(context.caller.credential.tenant)
        defer { withExtendedLifetime(slot) {} }
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
