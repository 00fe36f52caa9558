public import JSON

/// How a provider signs what it sends to a connection: the auth member `webhook-signing` (API
/// section 10).
///
/// The names of header fields are in small letters. What the document leaves out has the scheme's
/// default.
public struct WebhookSigning: Sendable, Hashable {
    /// How the signature is made.
    public enum Scheme: String, Sendable, CaseIterable {
        /// HMAC-SHA-256 in hexadecimal or base64, bare or behind `sha256=`.
        case hmacSHA256 = "hmac-sha256"
        /// HMAC-SHA-1 in hexadecimal or base64, bare or behind `sha1=`.
        case hmacSHA1 = "hmac-sha1"
        /// `t=<time>,v1=<HMAC-SHA-256 of time.body>`, as Stripe sends it.
        case stripe
        /// `sha256=<HMAC-SHA-256 of the body>`, as GitHub sends it.
        case github
        /// `v0=<HMAC-SHA-256 of v0:time:body>`, as Slack sends it.
        case slack
        /// HMAC-SHA-1 of the URL and the form's fields, as Twilio sends it.
        case twilio
        /// Standard Webhooks 1.0.0: `v1` (HMAC-SHA-256) and `v1a` (Ed25519) of `id.time.body`.
        case standardWebhooks = "standard-webhooks"
        /// An Ed25519 signature in hexadecimal or base64.
        case ed25519

        /// Whether the provider chooses the names of its header fields.
        public var isGeneric: Bool {
            switch self {
            case .hmacSHA256, .hmacSHA1, .ed25519: true
            default: false
            }
        }
    }

    /// What is signed, where the scheme leaves it open.
    public enum Payload: String, Sendable, CaseIterable {
        /// The body alone.
        case body
        /// The time, a dot, the body.
        case timeDotBody = "timestamp.body"
        /// The time, and the body at once.
        case timeBody = "timestamp+body"
    }

    /// The most seconds that a signature may be old, or ahead.
    public static let toleranceSecondsMax = 86_400
    /// The tolerance where the signature tells its time.
    public static let toleranceSecondsDefault = 300

    /// How the signature is made.
    public let scheme: Scheme
    /// The header field that carries it.
    public let signatureHeader: String
    /// The header field that carries its time; nil where there is none, or the signature tells it.
    public let timestampHeader: String?
    /// What is signed.
    public let payload: Payload
    /// How old a signature may be, or how far ahead; without a time, how long the same content is
    /// known again.
    public let toleranceSeconds: Int
    /// The fields of the secret that hold keys; any of them may have signed.
    public let secretFields: [String]
    /// The header field that names the event.
    public let idHeader: String?
    /// Where the body, as JSON, names the event.
    public let idPointer: JSONPointer?
    /// The header field that says what kind of event it is.
    public let typeHeader: String?
    /// Where the body, as JSON, says what kind of event it is.
    public let typePointer: JSONPointer?

    /// Whether a signature tells when it was made, and so can be too old.
    public var isTimed: Bool { timestampHeader != nil || scheme == .stripe }
}
