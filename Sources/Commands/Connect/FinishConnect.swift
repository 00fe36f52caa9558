import Audit
import Execution
import JSON
import Ledger
import Model
import Platform
import Resolver
import Secrets

/// Takes the answer to a consent, which a user's browser brings: redeems its code, keeps the tokens,
/// and puts the connection into service.
///
/// Nothing but the state says who sends it. It is good once, for ten minutes, as long as the key that
/// began it is good and the connection is the one that it was begun for.
public struct FinishConnect: Sendable {
    /// The longest code that is taken, in bytes.
    public static let codeByteCountMax = 4096

    /// The state.
    public let state: String?
    /// The code.
    public let code: String?
    /// The authorization server's error.
    public let error: String?

    /// A request.
    public init(state: String?, code: String?, error: String?) {
        self.state = state
        self.code = code
        self.error = error
    }

    /// Carries it out.
    ///
    /// - Throws: `CONNECT_STATE_INVALID` for a state that is unknown, used, over or of a connection that
    ///   has changed; `AUTHORIZATION_REFUSED` when the user or the server said no;
    ///   `SECRET_UNAVAILABLE` when the tokens can't be had or kept; `TOO_MANY_FAILURES`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard let state = state.flatMap(ConnectState.init) else { throw refused(context) }
        guard let pending = try await take(state, context) else { throw refused(context) }
        do throws(CommandError) {
            return try await finish(pending, state, context)
        } catch {
            // Before it is told: a consent that failed is the tenant's to know.
            try await context.services.record(ConnectTrail.failed(pending, state, context, error))
            throw error
        }
    }

    /// What is waited for under this state; from now on it is not.
    private func take(
        _ state: ConnectState,
        _ context: CommandContext
    ) async throws(CommandError) -> PendingConnect? {
        // Another replica may have begun it a moment ago.
        do {
            try await context.services.ledger.refresh()
        } catch {
            throw CommandError(error)
        }
        let name = TokenSecretName.pending(state.connection)
        let store = try context.services.localStore()
        let kept: VersionedSecret?
        do throws(SecretError) {
            kept = try await store.value(name, of: state.tenant)
        } catch {
            throw .badSecret(error.detail)
        }
        guard let kept, let pending = PendingConnect(kept.value), pending.isOf(state) else {
            return nil
        }
        do throws(SecretWriteError) {
            try await store.remove(name, of: state.tenant, expecting: .version(kept.version))
        } catch {
            // Who comes second finds another version, or nothing.
            if error.code == .conflict { return nil }
            throw CommandError(error)
        }
        return pending.expiresAt > context.now ? pending : nil
    }

    /// A state that is not good, whyever: counted as a failed authentication of its address.
    private func refused(_ context: CommandContext) -> CommandError {
        let counted = context.services.authentication.failures.count(
            AuthenticationFailure(kind: .state, reason: "unknown"),
            from: context.caller.address,
            now: context.now
        )
        guard counted.kind == .unauthenticated else { return counted }
        return Self.invalid
    }

    private static var invalid: CommandError {
        CommandError(
            .malformed,
            "CONNECT_STATE_INVALID",
            "The state is unknown, was used, or is over, or the connection has changed since: begin "
                + "again."
        )
    }

    private func finish(
        _ pending: PendingConnect,
        _ state: ConnectState,
        _ context: CommandContext
    ) async throws(CommandError) -> CommandAnswer {
        if let error { throw Self.refusal(error) }
        guard let code, (1...Self.codeByteCountMax).contains(code.utf8.count),
            code.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw .parameter("code", "must be 1 to \(Self.codeByteCountMax) printable characters")
        }
        let tenant = context.state.tenant(state.tenant)
        guard let connection = tenant.connections[state.connection]?.value,
            pending.isAbout(connection), connection.status != .revoked,
            let spec = context.state.catalog.specs[connection.spec]?.value,
            Self.stands(pending, context)
        else { throw Self.invalid }
        let grant = try await redeem(code, pending.consent(state), connection, spec, context)
        try await keep(grant.text, state, context.services)
        context.services.forgetSecret(ConnectConnection.reference(state.connection))
        try await point(pending, state, grant, context)
        return CommandAnswer(
            body: .bytes(
                Array("The connection is authorized. You may close this page.\n".utf8),
                mediaType: "text/plain; charset=utf-8"
            ),
            revision: context.services.revision
        )
    }

    /// Whether the key that began it is good still.
    private static func stands(_ pending: PendingConnect, _ context: CommandContext) -> Bool {
        guard let id = pending.credential else { return true }
        let key = context.state.credentials[id]?.value
        return key?.isGood(at: context.now) ?? false
    }

    /// The server's word, when it is one of the protocol's; never what else the URL holds.
    private static func refusal(_ error: String) -> CommandError {
        let known: Set<String> = [
            "access_denied", "invalid_request", "unauthorized_client", "unsupported_response_type",
            "invalid_scope", "server_error", "temporarily_unavailable", "interaction_required",
            "login_required", "consent_required",
        ]
        let word = known.contains(error) ? ": \(error)" : ""
        return CommandError(
            .malformed,
            "AUTHORIZATION_REFUSED",
            "The authorization server did not give its consent\(word)."
        )
    }

    private func redeem(
        _ code: String,
        _ consent: Consent,
        _ connection: Connection,
        _ spec: IntegrationSpec,
        _ context: CommandContext
    ) async throws(CommandError) -> RedeemedGrant {
        let config = MergedConfig(connection, spec)
        do throws(CallFailure.Reason) {
            return try await context.services.executor.redeem(
                code,
                of: consent,
                connection,
                spec,
                config: config.object
            )
        } catch {
            throw CommandError(error)
        }
    }

    /// Keeps the tokens; those of a refresh that runs meanwhile are of the grant before, and lose.
    private func keep(
        _ text: SecretBytes,
        _ state: ConnectState,
        _ services: Services
    ) async throws(CommandError) {
        let store = try services.localStore()
        do throws(SecretWriteError) {
            _ = try await store.put(
                text,
                TokenSecretName.tokens(state.connection),
                of: state.tenant,
                expecting: .anything
            )
        } catch {
            throw CommandError(error)
        }
    }

    /// Has the connection use the new secret.
    private func point(
        _ pending: PendingConnect,
        _ state: ConnectState,
        _ grant: RedeemedGrant,
        _ context: CommandContext
    ) async throws(CommandError) {
        let owing = context.services.owing
        let result: (answer: (Written, UInt64)?, state: State, debt: AuditDebt?)
        do {
            result = try await context.services.ledger.commitOwing(
                actor: pending.actor,
                now: context.now
            ) { (ledger, stamp) throws(CommandError) in
                let plan = try Self.plan(pending, state, grant, ledger, stamp)
                let revision = plan.changes.isEmpty ? stamp.revision - 1 : stamp.revision
                let draft = ConnectTrail.ended(pending, state, context, revision: revision)
                return Ledger.Plan(
                    plan.changes,
                    answer: plan.answer.map { ($0, revision) },
                    owes: owing?.record(draft)
                )
            }
        } catch {
            throw CommandError(error)
        }
        guard let (written, revision) = result.answer else { return }
        var draft = ConnectTrail.ended(pending, state, context, revision: revision)
        draft.before = written.before.map { .object($0) }
        draft.after = written.object.map { .object($0) }
        if try await context.services.record(draft) != nil { result.debt?.settle() }
    }

    private static func plan(
        _ pending: PendingConnect,
        _ state: ConnectState,
        _ grant: RedeemedGrant,
        _ ledger: State,
        _ stamp: Ledger.Stamp
    ) throws(CommandError) -> Ledger.Plan<Written?> {
        let tenant = ledger.tenant(state.tenant)
        guard let existing = tenant.connections[state.connection],
            pending.isAbout(existing.value), existing.value.status != .revoked
        else { throw invalid }
        var connection = existing.value.rotated(to: ConnectConnection.reference(state.connection))
        // What nothing renews ends some day, which its owner is told of before. A date that is not of
        // the tokens before, such as the client's own, is somebody's and stays.
        if let end = grant.endsAt {
            connection = connection.credentialed(until: end)
        } else if grant.previousEndsAt != nil,
            grant.previousEndsAt == connection.credentialsExpireAt
        {
            connection = connection.credentialed(until: nil)
        }
        // What somebody paused stays so; what waited for a consent does not.
        if connection.needsReauthorization || connection.status == .draft {
            connection = connection.moved(to: .active, reason: nil)
        }
        let plan = DocumentWrite.plan(
            connection,
            over: existing,
            stamp,
            location: nil,
            json: tenant.writer(of: state.connection),
            change: { .putConnection($0) }
        )
        return Ledger.Plan(plan.changes, answer: plan.answer)
    }
}

extension CommandError {
    /// A secret that can't be read or kept.
    static func badSecret(_ detail: String) -> CommandError {
        CommandError(
            .badGateway,
            "SECRET_UNAVAILABLE",
            "The connection's secret cannot be used: \(detail)."
        )
    }

    /// What a connect flow that failed at the authorization server means to who began it.
    init(_ reason: CallFailure.Reason) {
        self.init(
            reason.status == 422 ? .invalid : .badGateway,
            reason.code,
            reason.detail,
            issues: reason.issues
        )
    }
}
