import JSON
import Model
import Platform
import Testing

@testable import Execution

/// How old a signature may be, which keys may have made it, and what hostile bytes come to.
@Suite struct WebhookToleranceTests {
    private typealias Webhook = SignedWebhook

    private func stripe(at time: Int, _ members: JSONObject = [:]) -> SignedWebhook {
        var webhook = Webhook("stripe", members)
        let code = Webhook.hex("\(time).\(webhook.bodyText)")
        webhook.headers = ["stripe-signature": "t=\(time),v1=\(code)"]
        return webhook
    }

    @Test(arguments: [(nil, 300), (1, 1), (86_400, 86_400)] as [(Int64?, Int)])
    func `a signature is good up to the tolerance, both ways`(
        _ given: Int64?,
        _ tolerance: Int
    ) throws {
        let members: JSONObject = given.map { ["toleranceSeconds": .integer($0)] } ?? [:]
        for sign in [-1, 1] {
            let limit = Webhook.seconds + sign * tolerance
            #expect(try stripe(at: limit, members).defect() == nil)
            let defect = try stripe(at: limit + sign, members).defect()
            #expect(defect == (sign < 0 ? .tooOld : .tooNew))
        }
    }

    @Test func `a list of keys and a second field are tried, up to the bound`() throws {
        var webhook = stripe(at: Webhook.seconds)
        webhook.secret = ["signingKey": ["key-two", "key-one"]]
        #expect(try webhook.defect() == nil)
        webhook.secret = ["signingKey": "key-two", "old": "key-one"]
        #expect(try webhook.defect() == .wrongSignature)
        webhook.auth["previousSecretField"] = "old"
        #expect(try webhook.defect() == nil)
        let others = [JSONValue](repeating: "key-two", count: WebhookKeys.countMax - 1)
        webhook.secret = ["signingKey": .array(others + ["key-one"])]
        #expect(try webhook.defect() == nil)
        webhook.secret = ["signingKey": .array(["key-two"] + others + ["key-one"])]
        #expect(try webhook.defect() == .wrongSignature)
        webhook.secret = ["signingKey": "[key-one"]
        #expect(try webhook.defect() == .wrongSignature)
    }

    @Test func `nobody signs with an empty key`() throws {
        for secret in ["", [], [""], [1]] as [JSONValue] {
            var webhook = Webhook("github")
            webhook.secret = ["signingKey": secret, "other": "x"]
            webhook.headers = ["x-hub-signature-256": "sha256=" + Webhook.hex(webhook.bodyText, "")]
            #expect(try webhook.defect() == .noKey, "\(secret)")
        }
    }

    @Test func `signatures are counted, and a header is measured`() throws {
        var webhook = Webhook("hmac-sha256", ["signatureHeader": "x-s"])
        let good = Webhook.hex(webhook.bodyText)
        let most = WebhookClaim.signatureCountMax
        let bad = [String](repeating: "00", count: most - 1)
        webhook.headers = ["x-s": (bad + [good]).joined(separator: ",")]
        #expect(try webhook.defect() == nil)
        webhook.headers = ["x-s": (bad + ["00", good]).joined(separator: ",")]
        #expect(try webhook.defect() == .malformedSignature)
        let spaces = String(repeating: " ", count: InboundWebhook.fieldByteCountMax - good.count)
        webhook.headers = ["x-s": spaces + good]
        #expect(try webhook.defect() == nil)
        webhook.headers = ["x-s": spaces + " " + good]
        #expect(try webhook.defect() == .noSignature)
    }

    @Test func `an event with a signed id is the same however often it is signed`() throws {
        let first = try stripe(at: Webhook.seconds).judge().webhook
        let second = try stripe(at: Webhook.seconds - 60).judge().webhook
        #expect(first?.identity == second?.identity && first != nil)
        var other = Webhook("stripe")
        other.body = Array(#"{"type":"paid"}"#.utf8)
        let code = Webhook.hex("\(Webhook.seconds).\(other.bodyText)")
        other.headers = ["stripe-signature": "t=\(Webhook.seconds),v1=\(code)"]
        let third = try #require(try other.judge().webhook)
        #expect(third.identity != first?.identity && third.providerID == nil)
        // As long as its signature is good, and no second less.
        #expect(third.memorySeconds == 601)
    }

    @Test func `no change of a good signature is another one, and none is a crash`() throws {
        var random = SeededRandom(state: 0x5EED)
        for scheme in ["stripe", "slack", "standard-webhooks", "github", "twilio"] {
            var webhook = Webhook(scheme)
            webhook.secret = ["signingKey": "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="]
            let good = try signed(webhook)
            #expect(try good.defect() == nil, "\(scheme)")
            for _ in 0..<400 {
                var mutant = good
                let name = try #require(good.headers.keys.sorted().randomElement(using: &random))
                let text = mutate(good.headers[name] ?? "", &random)
                guard text != good.headers[name] else { continue }
                mutant.headers[name] = text
                // What is not signed may change: another case of digits, an unsigned field.
                if try mutant.defect() == nil {
                    #expect(isHarmless(name, text, good), "\(scheme) \(name): \(text)")
                }
            }
            for _ in 0..<200 {
                var mutant = good
                mutant.body[Int.random(in: 0..<good.body.count, using: &random)] ^= 1
                #expect(try mutant.defect() != nil)
            }
        }
    }

    private func signed(_ webhook: SignedWebhook) throws -> SignedWebhook {
        var webhook = webhook
        let (body, key) = (webhook.bodyText, webhook.secret["signingKey"]?.string ?? "")
        let time = "\(Webhook.seconds)"
        switch webhook.auth["scheme"]?.string {
        case "stripe":
            let code = Webhook.hex("\(time).\(body)", key)
            webhook.headers = ["stripe-signature": "t=\(time),v1=\(code)"]
        case "slack":
            let code = Webhook.hex("v0:\(time):\(body)", key)
            webhook.headers = [
                "x-slack-signature": "v0=\(code)", "x-slack-request-timestamp": time,
            ]
        case "standard-webhooks":
            let message = "m.\(time).\(body)"
            webhook.headers = [
                "webhook-id": "m", "webhook-timestamp": time,
                "webhook-signature": "v1,\(Webhook.base64(message, "0123456789abcdef"))",
            ]
        case "github":
            webhook.headers = ["x-hub-signature-256": "sha256=" + Webhook.hex(body, key)]
        default:
            webhook.body = Array("a=1&b=2".utf8)
            let code = Webhook.sha1(webhook.urls[0] + "a1b2", key)
            webhook.headers = [
                "x-twilio-signature": Base64.encode(code),
                "content-type": "application/x-www-form-urlencoded",
            ]
        }
        return webhook
    }

    private func mutate(_ text: String, _ random: inout SeededRandom) -> String {
        var bytes = Array(text.utf8)
        let place = Int.random(in: 0...max(bytes.count - 1, 0), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0x20...0xFF, using: &random)
        case 1 where !bytes.isEmpty: bytes.remove(at: place)
        case 2: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
        case 3: bytes = Array(bytes.prefix(place))
        case 4: bytes += bytes
        default: bytes = (0..<place).map { _ in UInt8.random(in: 0...0xFF, using: &random) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a header that is taken says the same as the good one, read without case and spaces.
    private func isHarmless(_ name: String, _ text: String, _ good: SignedWebhook) -> Bool {
        if name == "content-type" { return true }
        func plain(_ text: String) -> String { text.lowercased().replacing(" ", with: "") }
        let wanted = plain(good.headers[name] ?? "")
        return plain(text).contains(wanted) || wanted.hasPrefix(plain(text).filter { $0 != "=" })
    }
}

/// A generator whose numbers are the same each time (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
