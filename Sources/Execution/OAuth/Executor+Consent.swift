public import JSON
public import Model
import Outbound
import Platform
import Secrets

/// The connect flow's two requests, beside calls in the one door: one that a user's browser makes, and
/// one that turns the code it brings back into tokens.
extension Executor {
    /// The time for reading the secret, and for the token endpoint behind it.
    private static let timeout = Duration.seconds(15)

    /// The URL at which a user consents.
    ///
    /// - Parameters:
    ///   - connection: The connection; its secret tells the client's id.
    ///   - spec: Its spec, with an `oauth2` method that has an `authorizationUrl`.
    ///   - config: The merged config.
    ///   - consent: What is asked with.
    /// - Returns: An absolute URL.
    /// - Throws: `secretUnavailable`, `invalidConfig` or `requestNotSendable`.
    public func consentURL(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        config: JSONObject,
        _ consent: Consent
    ) async throws(CallFailure.Reason) -> String {
        let (method, scope, client) = try await party(connection, spec, config)
        guard let template = method.authorizationURL else {
            throw .requestNotSendable(detail: "its spec has no authorizationUrl")
        }
        var fields: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client.id),
            ("redirect_uri", consent.redirectURI), ("state", consent.state),
        ]
        if !method.scopes.isEmpty {
            fields.append(("scope", method.scopes.joined(separator: " ")))
        }
        if let challenge = consent.challenge {
            fields += [("code_challenge", challenge), ("code_challenge_method", "S256")]
        }
        if let nonce = consent.nonce { fields.append(("nonce", nonce)) }
        for parameter in method.authorizationParameters {
            let text = scope.text(parameter.value) { _, text in text }
            if let text { fields.append((parameter.name, text)) }
        }
        do throws(RenderFailure) {
            let url = try URLRenderer(scope: scope).endpoint(template)
            return url + "?" + TokenClient.form(fields)
        } catch {
            throw error.reason
        }
    }

    /// Redeems the code of a consent.
    ///
    /// - Returns: The secret that the connection has from now on.
    /// - Throws: `secretUnavailable`; `needsReauthorization` when the server does not take the code.
    public func redeem(
        _ code: String,
        of consent: Consent,
        _ connection: Connection,
        _ spec: IntegrationSpec,
        config: JSONObject
    ) async throws(CallFailure.Reason) -> RedeemedGrant {
        let (method, scope, client) = try await party(connection, spec, config)
        let grant = TokenClient.Grant.code(
            code,
            verifier: consent.verifier,
            redirectURI: consent.redirectURI
        )
        switch await provider.tokens.ask(client, grant, for: TokenAccount(connection)) {
        case .failure(let failure): throw failure.reason
        case .success(let answer):
            guard answer.confirms(nonce: consent.nonce) else {
                let detail = "the token endpoint's ID token is of another request"
                throw .secretUnavailable(detail: detail)
            }
            guard let secret = scope.secret else { preconditionFailure("its client has an id") }
            let before = TokenSecret(method, secret)
            let after = before.with(answer, isOfNewGrant: true, calendar: clock.calendar())
            return RedeemedGrant(
                text: after.text,
                endsAt: after.endsAt,
                previousEndsAt: before.endsAt
            )
        }
    }

    /// Who asks: the method, what its templates refer to, and the client.
    private func party(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        _ config: JSONObject
    ) async throws(CallFailure.Reason) -> (OAuthMethod, TemplateScope, TokenClient) {
        guard let method = spec.oauth else {
            throw .requestNotSendable(detail: "its spec has no auth method oauth2")
        }
        let secret = try await provider.secret(
            connection.secretReference,
            of: connection.tenant,
            fields: spec.secretFields,
            until: clock.now() + Self.timeout
        )
        let scope = TemplateScope(input: [:], config: config, secret: secret)
        do throws(RenderFailure) {
            return (method, scope, try TokenClient(method, scope))
        } catch {
            throw error.reason
        }
    }
}
