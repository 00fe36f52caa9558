import Execution
public import JSON
import Ledger
public import Model
import Secrets

/// Gives a connection another secret after a health check with it succeeded, or, within the overlap
/// of a rotation, the one before it again.
public struct RotateConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The body: `secretRef`, `overlapSeconds` and `credentialsExpiresAt`, or `rollback`; and
    /// `reason`.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, body: JSONValue) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out; the old secret stays when the new one does not work.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_REVOKED`; `HEALTH_CHECK_FAILED` and
    ///   `CREDENTIAL_INVALID` with what was found; `NO_OVERLAP` when there is nothing to roll back
    ///   to; `REVISION_MISMATCH` when the connection was changed while its new secret was checked.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try await context.refresh()
        let wish = try RotationWish(body, scope.tenant, context.services, now: context.now)
        let state = context.state
        let tenant = scope.read(state)
        guard let seen = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(seen.value.environment)
        try context.precondition.check(seen.revision)
        try TestConnection.checkCallable(seen.value)
        let reference = try wish.reference(for: seen.value, tenant, context.now)
        // What the store has now is checked, and not what it had a while ago.
        context.services.secrets?.invalidate(reference)
        let (health, saysNothing) = await check(
            with: reference,
            because: wish.reason,
            tenant,
            state,
            context
        )
        let validation = await HealthRefresh.validate(
            seen.value,
            state,
            context,
            secret: reference,
            reason: wish.reason
        )
        // A rollback is what is left when nothing works: it asks for no success.
        if !wish.isRollback {
            if saysNothing { throw Self.inconclusive }
            try Self.judge(health)
            try Self.judge(validation)
        }
        let until = context.now + .seconds(wish.overlapSeconds)
        let change = Rotation(
            seen: seen,
            reason: wish.reason,
            reference: reference,
            credentialsEnd: wish.credentialsEnd(of: seen.value, with: reference, tenant),
            health: health,
            validation: validation,
            overlap: wish.overlapSeconds == 0
                ? nil : seen.value.overlap(with: reference, until: until)
        )
        return try await write(change, context)
    }

    /// Checks the connection with the new secret.
    ///
    /// - Returns: What was found, nil without a check; and whether that is nothing.
    private func check(
        with reference: SecretReference,
        because reason: String?,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext
    ) async -> (health: ConnectionHealth?, saysNothing: Bool) {
        guard let connection = tenant.connections[id],
            let spec = state.catalog.specs[connection.value.spec]?.value
        else { return (nil, false) }
        let checker = context.services.healthChecker
        var question = HealthQuestion(connection.value, spec, secret: reference, state, context)
        question.reason = reason
        guard let probe = await checker.probe(question) else { return (.unknown, false) }
        let now = context.now
        let previous = context.services.newestHealth(of: connection, in: tenant, at: now)
        let next = probe.health(after: previous)
        await checker.record(probe, previous, next)
        return (probe.saysNothing ? previous.forgotten : next, probe.saysNothing)
    }

    /// A secret takes over when it was seen to work, not when nobody could look.
    private static var inconclusive: CommandError {
        CommandError(
            .unavailable,
            "HEALTH_CHECK_INCONCLUSIVE",
            "The health check with the new secret found nothing out: the provider answered 429, or "
                + "this server had no room for it. The old secret stays; try again later.",
            retryAfterSeconds: 30
        )
    }

    private static func judge(_ health: ConnectionHealth?) throws(CommandError) {
        // Judged by this check alone: a connection that was down is not healthy at once again.
        guard let health, health.consecutiveFailures > 0 else { return }
        throw CommandError(
            .invalid,
            "HEALTH_CHECK_FAILED",
            "The health check with the new secret failed; the old one stays.",
            members: ["health": health.json]
        )
    }

    private static func judge(_ validation: CredentialValidation?) throws(CommandError) {
        guard let validation, !validation.isValid else { return }
        throw CommandError(
            .invalid,
            "CREDENTIAL_INVALID",
            "The new secret is not good for what the integration does; the old one stays.",
            members: ["validation": validation.json]
        )
    }

    private struct Rotation: Sendable {
        let seen: Stored<Connection>
        let reason: String?
        let reference: SecretReference
        let credentialsEnd: Timestamp?
        let health: ConnectionHealth?
        let validation: CredentialValidation?
        let overlap: SecretOverlap?
    }

    private func write(
        _ rotation: Rotation,
        _ context: CommandContext
    ) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "connection.rotate",
            type: "connection",
            id: id.text,
            tenant: scope.tenant,
            environment: rotation.seen.value.environment,
            reason: rotation.reason
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let tenant = scope.read(state)
            guard let existing = tenant.connections[id] else { throw .notFound("such connection") }
            guard existing.revision == rotation.seen.revision else {
                let detail = "The connection was changed while its new secret was checked."
                throw CommandError(.preconditionFailed, "REVISION_MISMATCH", detail)
            }
            let old = tenant.overlaps[id]
            let health = rotation.health ?? .unknown
            let plan = DocumentWrite.plan(
                Self.rotated(existing.value, to: rotation.reference)
                    .credentialed(until: rotation.credentialsEnd),
                over: existing,
                stamp,
                location: nil,
                json: { TenantState.json($0, health, rotation.overlap ?? old) },
                change: { .putConnection($0) }
            )
            var answer = plan.answer
            if let validation = rotation.validation, let late = answer.late.object {
                answer.makeBody = {
                    var object = late.value
                    object["validation"] = validation.json
                    return .object(object)
                }
            }
            var changes = plan.changes
            if let overlap = rotation.overlap {
                changes.append(.putOverlap(scope.tenant, id, overlap))
            } else if old != nil, existing.value.secretReference != rotation.reference {
                changes.append(.removeOverlap(scope.tenant, id))
            }
            if let health = rotation.health { changes.append(.putHealth(scope.tenant, id, health)) }
            return Ledger.Plan(changes, answer: answer)
        }
    }

    /// A connection whose grant had ended is in service again with the secret that was found to work.
    static func rotated(_ connection: Connection, to reference: SecretReference) -> Connection {
        let rotated = connection.rotated(to: reference)
        return rotated.needsReauthorization ? rotated.moved(to: .active, reason: nil) : rotated
    }
}

extension Connection {
    /// The overlap of a rotation to `reference`; nil when it changes nothing, or lasts no time.
    fileprivate func overlap(with reference: SecretReference, until: Timestamp) -> SecretOverlap? {
        guard let previous = secretReference, previous != reference else { return nil }
        return SecretOverlap(
            previous: previous,
            current: reference,
            until: until,
            previousEnd: credentialsExpireAt
        )
    }
}
