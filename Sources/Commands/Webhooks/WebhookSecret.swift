import JSON
import Model
import Platform
import Secrets

/// A new secret that deliveries are signed with: shown once, and sealed from then on.
///
/// Its text is `whsec_` and base64, as Standard Webhooks has it; the bytes are the key of the HMAC.
struct WebhookSecret: Sendable {
    /// What every text starts with.
    static let prefix = "whsec_"
    /// The random bytes: 256 bits, as many as the digest has.
    static let byteCount = 32

    /// What the caller is shown.
    let text: String
    /// What is kept.
    let kept: SigningSecret

    /// There is nothing to seal it with.
    static let notConfigured = CommandError(
        .conflict,
        "SECRET_STORE_NOT_CONFIGURED",
        "A webhook's signing secret is kept encrypted, and the server has no master key: its operator "
            + "configures one."
    )

    /// Makes a secret.
    ///
    /// - Throws: `SECRET_STORE_NOT_CONFIGURED` without a master key.
    init(
        of webhook: WebhookID,
        _ scope: TenantScope,
        _ services: Services
    ) async throws(CommandError) {
        guard let sealing = services.settings.sealing else { throw Self.notConfigured }
        var bytes = Random.bytes(count: Self.byteCount)
        text = Self.prefix + Base64.encode(bytes)
        let secret = SecretBytes(wiping: &bytes)
        guard let sealed = await sealing.seal(secret, of: scope.tenant, as: webhook.secretName)
        else {
            throw Self.notConfigured
        }
        kept = SigningSecret(sealed: sealed)
    }

    /// The answer with the text in it: it was never in the plan, the log or the audit.
    func shown(in answer: CommandAnswer, _ context: CommandContext) -> CommandAnswer {
        var answer = answer
        if !context.isDryRun, case .json(.object(var object)) = answer.body {
            object["secret"] = .string(text)
            answer.body = .json(.object(object))
        }
        return answer
    }
}
