import Model
import Platform

/// What a request claims to be signed as, read and checked as far as that needs no key: who has no
/// signature in good form, or an old one, costs neither a secret nor a hash.
struct WebhookClaim {
    /// The most signatures that one request may carry.
    static let signatureCountMax = 16
    /// The longest id that is taken, in bytes.
    static let idByteCountMax = 256

    /// An HMAC's hash function.
    enum Function: Equatable {
        case sha1
        case sha256

        /// The length of the HMAC in bytes.
        var byteCount: Int { self == .sha1 ? Digest.sha1ByteCount : Digest.byteCount }
    }

    /// What kind of HMAC `codes` are.
    var function = Function.sha256
    /// The HMACs that were sent, all of the function's length.
    var codes: [[UInt8]] = []
    /// The signatures of Ed25519 that were sent, 64 bytes each.
    var signatures: [[UInt8]] = []
    /// What may have been signed; several where the provider knows the server by several URLs.
    var messages: [[UInt8]] = []
    /// The event's id, where it is a part of what is signed.
    var signedID: String?

    /// Reads a request's claim.
    ///
    /// - Throws: `WebhookDefect`.
    init(_ webhook: InboundWebhook, _ signing: WebhookSigning) throws(WebhookDefect) {
        guard let text = webhook.field(signing.signatureHeader) else { throw .noSignature }
        switch signing.scheme {
        case .hmacSHA256:
            try readGeneric(text, prefix: "sha256=", webhook, signing)
        case .hmacSHA1:
            function = .sha1
            try readGeneric(text, prefix: "sha1=", webhook, signing)
        case .github:
            try readCodes([text[...]], behind: "sha256=")
            messages = [webhook.body]
        case .slack:
            try readCodes([text[...]], behind: "v0=")
            let time = try Self.time(webhook, signing)
            messages = [Array("v0:\(time):".utf8) + webhook.body]
        case .stripe: try readStripe(text, webhook, signing)
        case .standardWebhooks: try readStandard(text, webhook, signing)
        case .twilio: try readTwilio(text, webhook)
        case .ed25519: try readEd25519(text, webhook, signing)
        }
    }

    // MARK: The schemes

    private mutating func readGeneric(
        _ text: String,
        prefix: String,
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) {
        let parts = try Self.parts(text, ",")
            .map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0 }
        codes = parts.compactMap { SignatureText.decode($0, byteCount: function.byteCount) }
        guard !codes.isEmpty else { throw .malformedSignature }
        messages = [try Self.message(webhook, signing)]
    }

    private mutating func readEd25519(
        _ text: String,
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) {
        signatures = try Self.parts(text, ",")
            .compactMap { SignatureText.decode($0, byteCount: SignatureText.ed25519ByteCount) }
        guard !signatures.isEmpty else { throw .malformedSignature }
        messages = [try Self.message(webhook, signing)]
    }

    /// `t=1492774577,v1=5257…,v1=…,v0=…`; what is neither `t` nor `v1` is for others.
    private mutating func readStripe(
        _ text: String,
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) {
        let parts = try Self.parts(text, ",")
        let times = parts.filter { $0.hasPrefix("t=") }
        guard let time = times.first?.dropFirst(2), times.count == 1 else { throw .noTimestamp }
        try readCodes(parts.filter { $0.hasPrefix("v1=") }, behind: "v1=")
        try WebhookTime.check(String(time), webhook, signing)
        messages = [Array("\(time).".utf8) + webhook.body]
    }

    /// `v1,K5oZ… v1a,hnO3…`, with spaces between them; of other versions nothing is known.
    private mutating func readStandard(
        _ text: String,
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) {
        for part in try Self.parts(text, " ") {
            if part.hasPrefix("v1,") {
                codes += SignatureText.base64(part.dropFirst(3), byteCount: Digest.byteCount)
            } else if part.hasPrefix("v1a,") {
                let count = SignatureText.ed25519ByteCount
                signatures += SignatureText.base64(part.dropFirst(4), byteCount: count)
            }
        }
        guard !codes.isEmpty || !signatures.isEmpty else { throw .malformedSignature }
        guard let name = signing.idHeader,
            let id = webhook.field(name, byteCountMax: Self.idByteCountMax), !id.isEmpty
        else { throw .noID }
        let time = try Self.time(webhook, signing)
        signedID = id
        messages = [Array("\(id).\(time).".utf8) + webhook.body]
    }

    private mutating func readTwilio(
        _ text: String,
        _ webhook: InboundWebhook
    ) throws(WebhookDefect) {
        function = .sha1
        codes = SignatureText.base64(text[...], byteCount: function.byteCount)
        guard !codes.isEmpty else { throw .malformedSignature }
        messages = try TwilioMessage.all(of: webhook)
    }

    // MARK: Their parts

    private mutating func readCodes(
        _ parts: [Substring],
        behind prefix: String
    ) throws(WebhookDefect) {
        codes = parts.compactMap { part in
            guard part.hasPrefix(prefix) else { return nil }
            return SignatureText.hex(part.dropFirst(prefix.count), byteCount: function.byteCount)
        }
        guard !codes.isEmpty else { throw .malformedSignature }
    }

    /// The parts of a list, without spaces around them.
    private static func parts(
        _ text: String,
        _ separator: Character
    ) throws(WebhookDefect) -> [Substring] {
        let parts = text.split(separator: separator, maxSplits: signatureCountMax)
        guard parts.count <= signatureCountMax else { throw .malformedSignature }
        return parts.map { part in
            var rest = part.drop { $0 == " " }
            while rest.last == " " { rest.removeLast() }
            return rest
        }
    }

    /// What is signed by a scheme that leaves it to the provider.
    private static func message(
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) -> [UInt8] {
        switch signing.payload {
        case .body: webhook.body
        case .timeBody: Array(try time(webhook, signing).utf8) + webhook.body
        case .timeDotBody: Array("\(try time(webhook, signing)).".utf8) + webhook.body
        }
    }

    /// The time as it was sent, within the tolerance.
    private static func time(
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) -> String {
        guard let name = signing.timestampHeader,
            let text = webhook.field(name, byteCountMax: WebhookTime.byteCountMax)
        else { throw .noTimestamp }
        try WebhookTime.check(text, webhook, signing)
        return text
    }
}
