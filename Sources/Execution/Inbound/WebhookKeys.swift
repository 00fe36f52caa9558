import JSON
import Model
import Platform
import Secrets

/// The keys that may have signed a webhook, read from a connection's secret.
struct WebhookKeys: Sendable {
    /// The most keys: the one in use, and those that a rotation has not ended yet.
    static let countMax = 8

    /// Keys of HMACs; never an empty one, with which anybody can sign.
    private(set) var shared: [SecretBytes] = []
    /// Keys of Ed25519.
    private(set) var published: [SignatureKey] = []

    /// Whether there is none.
    var isEmpty: Bool { shared.isEmpty && published.isEmpty }

    /// The keys in a secret's fields: a field holds one, or a list of them as JSON.
    ///
    /// What the scheme can't use is left out, and so is what is beyond `countMax`.
    init(_ secret: Secret, _ signing: WebhookSigning) {
        let texts = signing.secretFields.compactMap { secret.field($0) }.flatMap(Self.list)
        for text in texts.prefix(Self.countMax) { add(text, signing.scheme) }
    }

    private mutating func add(_ text: String, _ scheme: WebhookSigning.Scheme) {
        switch scheme {
        case .ed25519: add(published: text)
        case .standardWebhooks:
            if text.hasPrefix("whpk_") {
                add(published: String(text.dropFirst(5)))
            } else {
                let base64 = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text
                add(shared: Base64.decode(base64) ?? Base64.decode(base64, as: .url) ?? [])
            }
        default: add(shared: Array(text.utf8))
        }
    }

    private mutating func add(shared key: [UInt8]) {
        var key = key
        guard !key.isEmpty else { return }
        shared.append(SecretBytes(wiping: &key))
    }

    private mutating func add(published text: String) {
        guard let bytes = SignatureText.decode(text[...], byteCount: 32),
            let key = SignatureKey(ed25519: bytes)
        else { return }
        published.append(key)
    }

    /// The texts of a field.
    private static func list(_ text: String) -> [String] {
        guard text.hasPrefix("[") else { return [text] }
        do {
            let items = try JSONValue(parsing: text).array ?? []
            return items.compactMap(\.string)
        } catch {
            // A key that begins with a bracket.
            return [text]
        }
    }
}
