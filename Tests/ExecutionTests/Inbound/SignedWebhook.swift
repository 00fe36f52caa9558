import JSON
import Model
import Platform
import Secrets
import Testing

@testable import Execution

/// A webhook as a test sends it, and how it is judged.
struct SignedWebhook {
    /// The time at which all of them come: 2026-01-02T03:04:05.678Z.
    static let now = Timestamp(milliseconds: 1_767_323_045_678)
    static let seconds = 1_767_323_045

    var auth: JSONObject
    var secret: JSONValue = ["signingKey": "key-one"]
    var headers: [String: String] = [:]
    var body = Array(#"{"id":"evt_1","type":"paid"}"#.utf8)
    var urls = ["https://bindery.example.com/hook"]
    var query: String?
    var now = SignedWebhook.now

    /// A webhook under these members of the auth entry.
    init(_ scheme: String, _ members: JSONObject = [:], headers: [String: String] = [:]) {
        auth = ["type": "webhook-signing", "scheme": .string(scheme), "secretField": "signingKey"]
        for member in members { auth[member.key] = member.value }
        self.headers = headers
    }

    /// HMAC-SHA-256 in hexadecimal.
    static func hex(_ message: String, _ key: String = "key-one") -> String {
        Hex.encode(Digest.hmacSHA256(Array(message.utf8), key: SecretBytes(Array(key.utf8))))
    }

    /// HMAC-SHA-256 in base64.
    static func base64(_ message: String, _ key: String = "key-one") -> String {
        Base64.encode(Digest.hmacSHA256(Array(message.utf8), key: SecretBytes(Array(key.utf8))))
    }

    /// HMAC-SHA-1.
    static func sha1(_ message: String, _ key: String = "key-one") -> [UInt8] {
        Digest.hmacSHA1(Array(message.utf8), key: SecretBytes(Array(key.utf8)))
    }

    var bodyText: String { String(decoding: body, as: UTF8.self) }

    /// What comes of it; `defect` is nil for one that is taken.
    func judge() throws -> (webhook: VerifiedWebhook?, defect: WebhookDefect?) {
        let spec = try SampleSpec.spec { spec in
            spec["auth"] = [.object(auth)]
            spec["secretSchema"] = nil
        }
        let signing = try #require(spec.webhookSigning)
        let reference = try #require(SecretReference("file://secret.json"))
        let text = SecretBytes(secret.serialized())
        let keys = WebhookKeys(try Secret(text, of: reference, declaredFields: []), signing)
        let headers = headers
        let webhook = InboundWebhook(urls: urls, query: query, body: body, receivedAt: now) {
            headers[$0]
        }
        do throws(WebhookDefect) {
            let claim = try WebhookClaim(webhook, signing)
            let verified = try WebhookVerifier(signing: signing).verify(webhook, claim, keys)
            return (verified, nil)
        } catch {
            return (nil, error)
        }
    }

    /// Why it is refused; nil when it is taken.
    func defect() throws -> WebhookDefect? { try judge().defect }
}
