public import JSON
import Model
import Platform

/// A webhook that one of the connection's keys signed.
public struct VerifiedWebhook: Sendable, Hashable {
    /// The longest type that is kept, in bytes.
    public static let typeByteCountMax = 256

    /// What is the same for two deliveries of one event, and nobody without a key can make up: the
    /// digest of the id where it is signed, else of all that is.
    public let identity: [UInt8]
    /// How long the identity has to be remembered, in seconds.
    public let memorySeconds: Int
    /// The id that the provider gives the event; nil when it gives none.
    public let providerID: String?
    /// What kind of event it is; nil when the provider does not say.
    public let type: String?
    /// The body, where it is JSON.
    public let json: JSONValue?
}

/// Decides whether a provider signed a webhook: pure, and without a way to fail but to say no.
struct WebhookVerifier {
    /// How long an event that has an id of its own is known again: longer than a provider goes on
    /// delivering one, whose signature is a new one each time.
    static let identifiedMemorySeconds = 3 * 86_400

    let signing: WebhookSigning

    /// Checks a request whose claim was read; every key is tried on every signature.
    ///
    /// - Throws: `noKey`, `wrongSignature`.
    func verify(
        _ webhook: InboundWebhook,
        _ claim: WebhookClaim,
        _ keys: WebhookKeys
    ) throws(WebhookDefect) -> VerifiedWebhook {
        guard !keys.isEmpty else { throw .noKey }
        guard let message = claim.messages.first(where: { isSigned($0, claim, keys) }) else {
            throw .wrongSignature
        }
        return facts(webhook, claim, message)
    }

    private func isSigned(_ message: [UInt8], _ claim: WebhookClaim, _ keys: WebhookKeys) -> Bool {
        if !claim.codes.isEmpty {
            for key in keys.shared {
                let code = Self.code(of: message, claim.function, key)
                if claim.codes.contains(where: { SecretComparison.areEqual($0, code) }) {
                    return true
                }
            }
        }
        return claim.signatures.contains { signature in
            keys.published.contains { $0.verifies(signature, of: message) }
        }
    }

    private static func code(
        of message: [UInt8],
        _ function: WebhookClaim.Function,
        _ key: SecretBytes
    ) -> [UInt8] {
        switch function {
        case .sha1: Digest.hmacSHA1(message, key: key)
        case .sha256: Digest.hmacSHA256(message, key: key)
        }
    }

    // MARK: What is told of it

    private func facts(
        _ webhook: InboundWebhook,
        _ claim: WebhookClaim,
        _ message: [UInt8]
    ) -> VerifiedWebhook {
        let json = Self.json(webhook)
        // What stands in the body is signed with it; a header is not, but for Standard Webhooks'.
        let signedID = claim.signedID ?? Self.text(json, signing.idPointer)
        let header = signing.idHeader
            .flatMap { webhook.field($0, byteCountMax: WebhookClaim.idByteCountMax) }
        let type = signing.typeHeader
            .flatMap { webhook.field($0, byteCountMax: VerifiedWebhook.typeByteCountMax) }
        return VerifiedWebhook(
            identity: Self.identity(signedID, message),
            memorySeconds: signedID == nil ? contentMemorySeconds : Self.identifiedMemorySeconds,
            providerID: signedID ?? header,
            type: type ?? Self.text(json, signing.typePointer),
            json: json
        )
    }

    /// A signature may be ahead of the clock by the tolerance, and old by as much.
    private var contentMemorySeconds: Int {
        signing.isTimed ? 2 * signing.toleranceSeconds + 1 : signing.toleranceSeconds
    }

    private static func identity(_ id: String?, _ message: [UInt8]) -> [UInt8] {
        Digest.sha256(id.map { Array("id \($0)".utf8) } ?? Array("content ".utf8) + message)
    }

    private static func json(_ webhook: InboundWebhook) -> JSONValue? {
        guard webhook.mediaType != "application/x-www-form-urlencoded" else { return nil }
        do {
            return try JSONValue(parsing: webhook.body)
        } catch {
            return nil
        }
    }

    /// A text or a whole number in the body, where it is not too long.
    private static func text(_ json: JSONValue?, _ pointer: JSONPointer?) -> String? {
        guard let value = pointer.flatMap({ json?.at($0) }) else { return nil }
        let text = value.string ?? value.integer.map { "\($0)" }
        return text.flatMap { (1...WebhookClaim.idByteCountMax).contains($0.utf8.count) ? $0 : nil }
    }
}
