import Execution
public import JSON
import Ledger
public import Model
import Platform
import Resolver
import Secrets

/// Begins the consent of a user to a connection: answers where the user has to go.
///
/// What it begins ends after ten minutes, with its answer, or when another one begins.
public struct ConnectConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The body: `redirectUri`, which may be left out.
    public let body: JSONValue?

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, body: JSONValue?) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_REVOKED`; `CONNECT_NOT_SUPPORTED` for a spec without an
    ///   authorization endpoint, or a server without a store for tokens; `INVALID_VALUE` for a redirect
    ///   URI that is not the operator's; `SECRET_UNAVAILABLE` when the client's id can't be read.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try await context.refresh()
        let tenant = scope.read(context.state)
        guard let connection = tenant.connections[id]?.value else {
            throw .notFound("such connection")
        }
        try context.caller.check(connection.environment)
        try TestConnection.checkCallable(connection)
        let spec = context.state.catalog.specs[connection.spec]?.value
        guard let spec, let method = spec.oauth, method.authorizationURL != nil else {
            throw Self.unsupported("Its integration has no oauth2 method with an authorizationUrl.")
        }
        guard let reference = connection.secretReference else {
            throw .badSecret("the connection has no secretRef, which tells the client's id")
        }
        let redirectURI = try redirectURI(context.services)
        _ = try context.services.localStore()
        try checkReference(context.services)
        try context.services.checkAudit()
        let state = ConnectState(tenant: scope.tenant, connection: id)
        let consent = Consent(for: method, state: state.text, redirectURI: redirectURI)
        let url = try await url(connection, spec, consent, context.services)
        let pending = PendingConnect(
            consent,
            state,
            connection,
            reference,
            by: context.caller,
            at: context.now
        )
        if !context.isDryRun { try await keep(pending, context) }
        return CommandAnswer(
            body: .json([
                "authorizationUrl": .string(url), "state": .string(state.text),
                "redirectUri": .string(redirectURI), "expiresAt": .string(pending.expiresAt.text),
            ]),
            revision: context.services.revision
        )
    }

    static func unsupported(_ detail: String) -> CommandError {
        CommandError(.conflict, "CONNECT_NOT_SUPPORTED", detail)
    }

    /// Where the tokens will be kept.
    static func reference(_ id: ConnectionID) -> SecretReference {
        guard let reference = SecretReference("local://" + TokenSecretName.tokens(id).text) else {
            preconditionFailure("an identifier is a path")
        }
        return reference
    }

    /// A redirect URI is the operator's: where a caller could name any, codes would go to strangers.
    private func redirectURI(_ services: Services) throws(CommandError) -> String {
        let issues = IssueList()
        let reader = ObjectReader(
            body ?? .object([:]),
            at: .root,
            issues: issues,
            members: ["redirectUri"]
        )
        let named = reader.string("redirectUri", byteCountMax: 2048)
        let settings = services.settings.oauth
        if let named, named != settings.callbackURL, !settings.redirectURIs.contains(named) {
            reader.error(
                .invalidValue,
                "redirectUri",
                "must be oauth.callbackUrl or one of oauth.redirectUris, to the letter"
            )
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        guard let uri = named ?? settings.callbackURL else {
            throw Self.unsupported(
                "The server does not know its own address: see the settings oauth.callbackUrl "
                    + "and publicUrl."
            )
        }
        return uri
    }

    /// The reference that the connection is going to have must be one that the tenant may name.
    private func checkReference(_ services: Services) throws(CommandError) {
        let issues = IssueList()
        ConnectionRules.checkReference(Self.reference(id), of: scope.tenant, services, issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
    }

    private func url(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        _ consent: Consent,
        _ services: Services
    ) async throws(CommandError) -> String {
        let config = MergedConfig(connection, spec)
        do throws(CallFailure.Reason) {
            return try await services.executor.consentURL(
                connection,
                spec,
                config: config.object,
                consent
            )
        } catch {
            throw CommandError(error)
        }
    }

    /// Keeps what is waited for, in the place of what was waited for before.
    private func keep(
        _ pending: PendingConnect,
        _ context: CommandContext
    ) async throws(CommandError) {
        let store = try context.services.localStore()
        do throws(SecretWriteError) {
            _ = try await store.put(
                pending.text,
                TokenSecretName.pending(id),
                of: scope.tenant,
                expecting: .anything
            )
        } catch {
            throw CommandError(error)
        }
        try await context.services.record(ConnectTrail.begun(pending, scope.tenant, id, context))
    }
}
