public import Model
import Platform
import Secrets

extension Executor {
    /// How long a secret may take to be read for a webhook.
    private static let webhookSecretWait = Duration.seconds(5)

    /// Decides whether a webhook was signed by the connection's provider.
    ///
    /// The secret is read last, when the request is in good form and recent: who has no signature
    /// makes nobody read one. How long that takes tells where it ended: whoever answers a refusal
    /// hides it.
    ///
    /// - Parameters:
    ///   - webhook: What was posted.
    ///   - account: The connection and its spec; nil when there is none, or none that may be used.
    ///   - previous: The secret before a rotation, while it still counts.
    /// - Returns: What is known of it.
    /// - Throws: `WebhookDefect`.
    public func verify(
        _ webhook: InboundWebhook,
        for account: (connection: Connection, spec: IntegrationSpec)?,
        orBy previous: SecretReference? = nil
    ) async throws(WebhookDefect) -> VerifiedWebhook {
        guard let (connection, spec) = account else { throw .unknownConnection }
        guard let signing = spec.webhookSigning else { throw .notDeclared }
        let claim = try WebhookClaim(webhook, signing)
        guard let reference = connection.secretReference else { throw .noSecret }
        do throws(WebhookDefect) {
            return try await verify(webhook, claim, connection, spec, signing, by: reference)
        } catch {
            // A provider goes on with the old key until somebody tells it of the new one: also when the
            // new secret has no such key, or can't be read just now.
            let defects: [WebhookDefect] = [.wrongSignature, .noKey, .secretUnavailable]
            guard let previous, defects.contains(error) else { throw error }
            return try await verify(webhook, claim, connection, spec, signing, by: previous)
        }
    }

    private func verify(
        _ webhook: InboundWebhook,
        _ claim: WebhookClaim,
        _ connection: Connection,
        _ spec: IntegrationSpec,
        _ signing: WebhookSigning,
        by reference: SecretReference
    ) async throws(WebhookDefect) -> VerifiedWebhook {
        let secret = await provider.secret(
            reference,
            of: connection.tenant,
            spec,
            within: Self.webhookSecretWait
        )
        guard let secret else { throw .secretUnavailable }
        let keys = WebhookKeys(secret, signing)
        return try WebhookVerifier(signing: signing).verify(webhook, claim, keys)
    }
}

extension Provider {
    /// The secret behind a reference; nil when it can't be read within the time.
    func secret(
        _ reference: SecretReference,
        of tenant: TenantID,
        _ spec: IntegrationSpec,
        within time: Duration
    ) async -> Secret? {
        let (secrets, fields) = (secrets, spec.secretFields)
        return await Race.result(within: time) {
            do throws(SecretError) {
                return try await secrets.secret(
                    reference,
                    of: tenant,
                    declaredFields: fields
                ) as Secret?
            } catch {
                return nil
            }
        } ?? nil
    }
}
