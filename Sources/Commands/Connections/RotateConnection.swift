public import JSON
import Ledger
public import Model
import Secrets

/// Gives a connection another secret, after a health check with it succeeded.
public struct RotateConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The body: `secretRef`, and `reason`.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, body: JSONValue) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out; the old secret stays when the new one does not work.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_REVOKED`; `HEALTH_CHECK_FAILED` with what was found;
    ///   `REVISION_MISMATCH` when the connection was changed while its new secret was checked.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try await context.refresh()
        let reference = try read(context.services)
        let state = context.state
        let tenant = scope.read(state)
        guard let seen = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(seen.value.environment)
        try context.precondition.check(seen.revision)
        try TestConnection.checkCallable(seen.value)
        // What the store has now is checked, and not what it had a while ago.
        context.services.secrets?.invalidate(reference)
        let health = await HealthRefresh.check(id, tenant, state, context, secret: reference)
        // Judged by this check alone: a connection that was down is not healthy at once again.
        if let health, health.consecutiveFailures > 0 {
            throw CommandError(
                .invalid,
                "HEALTH_CHECK_FAILED",
                "The health check with the new secret failed; the old one stays.",
                members: ["health": health.json]
            )
        }
        let subject = WriteSubject(
            action: "connection.rotate",
            type: "connection",
            id: id.text,
            tenant: scope.tenant,
            environment: seen.value.environment
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let tenant = scope.read(state)
            guard let existing = tenant.connections[id] else { throw .notFound("such connection") }
            guard existing.revision == seen.revision else {
                let detail = "The connection was changed while its new secret was checked."
                throw CommandError(.preconditionFailed, "REVISION_MISMATCH", detail)
            }
            let plan = DocumentWrite.plan(
                existing.value.rotated(to: reference),
                over: existing,
                stamp,
                location: nil,
                json: { TenantState.json($0, health ?? .unknown) },
                change: { .putConnection($0) }
            )
            let kept = health.map { [Change.putHealth(scope.tenant, id, $0)] } ?? []
            return Ledger.Plan(plan.changes + kept, answer: plan.answer)
        }
    }

    private func read(_ services: Services) throws(CommandError) -> SecretReference {
        let issues = IssueList()
        let members: Set<String> = ["secretRef", "reason"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        if reader.value("secretRef") == nil {
            issues.error(.missingField, at: reader.place("secretRef"), "is required")
        }
        let reference = SecretReference.read(reader, "secretRef")
        ConnectionRules.checkReference(reference, of: scope.tenant, services, issues)
        _ = ActionBody.reason(reader)
        guard let reference, !issues.hasErrors else { throw .invalid(issues.issues) }
        return reference
    }
}
