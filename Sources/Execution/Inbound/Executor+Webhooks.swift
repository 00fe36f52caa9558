public import Model
import Platform
import Secrets

extension Executor {
    /// How long a secret may take to be read for a webhook.
    private static let webhookSecretWait = Duration.seconds(5)

    /// Decides whether a webhook was signed by the connection's provider.
    ///
    /// The secret is read last, when the request is in good form and recent: who has no signature
    /// makes nobody read one. For a connection that is not there, what a check takes is spent.
    ///
    /// - Parameters:
    ///   - webhook: What was posted.
    ///   - account: The connection and its spec; nil when there is none, or none that may be used.
    /// - Returns: What is known of it.
    /// - Throws: `WebhookDefect`.
    public func verify(
        _ webhook: InboundWebhook,
        for account: (connection: Connection, spec: IntegrationSpec)?
    ) async throws(WebhookDefect) -> VerifiedWebhook {
        do throws(WebhookDefect) {
            let (signing, claim) = try Self.claim(webhook, account?.spec)
            let keys = try await keys(account?.connection, account?.spec, signing)
            return try WebhookVerifier(signing: signing).verify(webhook, claim, keys)
        } catch {
            // Where no key was tried, the time of one is spent.
            if error != .wrongSignature { WebhookVerifier.spend(on: webhook) }
            throw error
        }
    }

    private static func claim(
        _ webhook: InboundWebhook,
        _ spec: IntegrationSpec?
    ) throws(WebhookDefect) -> (WebhookSigning, WebhookClaim) {
        guard let spec else { throw .unknownConnection }
        guard let signing = spec.webhookSigning else { throw .notDeclared }
        return (signing, try WebhookClaim(webhook, signing))
    }

    private func keys(
        _ connection: Connection?,
        _ spec: IntegrationSpec?,
        _ signing: WebhookSigning
    ) async throws(WebhookDefect) -> WebhookKeys {
        guard let reference = connection?.secretReference, let spec else { throw .noKey }
        let secret = await provider.secret(reference, of: spec, within: Self.webhookSecretWait)
        guard let secret else { throw .secretUnavailable }
        return WebhookKeys(secret, signing)
    }
}

extension Provider {
    /// The secret behind a reference; nil when it can't be read within the time.
    func secret(
        _ reference: SecretReference,
        of spec: IntegrationSpec,
        within time: Duration
    ) async -> Secret? {
        let (secrets, fields) = (secrets, spec.secretFields)
        return await Race.result(within: time) {
            do throws(SecretError) {
                return try await secrets.secret(reference, declaredFields: fields) as Secret?
            } catch {
                return nil
            }
        } ?? nil
    }
}
