import Model
import Secrets

extension WebhookID {
    /// The webhook whose secrets have this name; nil for a name of another kind.
    init?(secretName: SecretName) {
        let head = "webhooks/"
        guard secretName.text.hasPrefix(head) else { return nil }
        self.init(String(secretName.text.dropFirst(head.count)))
    }
}

extension Stored<Webhook> {
    /// Its signing secrets as the store of sealed secrets sees them, for a change of the master key.
    var sealedSecrets: [SealedSecret] {
        value.secrets.compactMap { secret in
            guard let seal = SealedSecret.Seal(text: secret.sealed) else { return nil }
            return SealedSecret(
                name: value.id.secretName,
                version: 1,
                createdAt: createdAt,
                updatedAt: createdAt,
                seal: seal
            )
        }
    }

    /// The same webhook with a secret sealed anew; nil when the secret is gone.
    ///
    /// At the same revision: nothing that it shows has changed.
    func resealed(_ replacement: SealReplacement) -> Stored<Webhook>? {
        var secrets = value.secrets
        let old = replacement.found.seal.text
        guard let place = secrets.firstIndex(where: { $0.sealed == old }) else { return nil }
        secrets[place] = SigningSecret(
            sealed: replacement.seal.text,
            until: secrets[place].until
        )
        var stored = self
        stored.value = value.signed(with: secrets)
        return stored
    }
}
