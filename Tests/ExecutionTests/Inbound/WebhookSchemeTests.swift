import JSON
import Model
import Platform
import Testing

@testable import Execution

/// Each scheme with its good signature, and with what is nearly one.
@Suite struct WebhookSchemeTests {
    private typealias Webhook = SignedWebhook

    @Test(arguments: ["hmac-sha256", "hmac-sha1"])
    func `a plain HMAC is taken in hexadecimal and base64, with its prefix and without`(
        _ scheme: String
    ) throws {
        var webhook = Webhook(scheme, ["signatureHeader": "X-Signature"])
        let code =
            scheme == "hmac-sha1"
            ? Webhook.sha1(webhook.bodyText)
            : Digest.hmacSHA256(webhook.body, key: Array("key-one".utf8))
        let prefix = scheme == "hmac-sha1" ? "sha1=" : "sha256="
        let texts = [Hex.encode(code), Hex.encode(code).uppercased(), Base64.encode(code)]
        for text in texts {
            webhook.headers = ["x-signature": text]
            #expect(try webhook.defect() == nil)
            webhook.headers = ["x-signature": prefix + text]
            #expect(try webhook.defect() == nil)
            webhook.headers = ["x-signature": "md5=" + text]
            #expect(try webhook.defect() == .malformedSignature)
        }
        webhook.headers = ["x-signature": "\(Hex.encode(code).dropLast(2)), \(texts[0])"]
        #expect(try webhook.defect() == nil)
        webhook.headers = ["x-signature": "\(Hex.encode(code).dropLast(2))"]
        #expect(try webhook.defect() == .malformedSignature)
        webhook.headers = ["x-signature": texts[0]]
        webhook.body.append(0x20)
        #expect(try webhook.defect() == .wrongSignature)
        webhook.headers = [:]
        #expect(try webhook.defect() == .noSignature)
    }

    @Test func `a time in a header is signed, with a dot and without`() throws {
        for (payload, dot) in [("timestamp.body", "."), ("timestamp+body", "")] {
            var webhook = Webhook(
                "hmac-sha256",
                [
                    "signatureHeader": "X-Signature", "timestampHeader": "X-Time",
                    "signedPayload": .string(payload),
                ]
            )
            for time in ["\(Webhook.seconds)", "\(Webhook.seconds)678", "2026-01-02T03:04:05Z"] {
                let text = Webhook.base64("\(time)\(dot)\(webhook.bodyText)")
                webhook.headers = ["x-signature": text, "x-time": time]
                #expect(try webhook.defect() == nil, "\(payload) \(time)")
                webhook.headers["x-time"] = "\(Webhook.seconds + 1)"
                #expect(try webhook.defect() == .wrongSignature)
                webhook.headers["x-time"] = nil
                #expect(try webhook.defect() == .noTimestamp)
            }
        }
    }

    @Test func `Stripe's header may carry several signatures of several keys`() throws {
        var webhook = Webhook("stripe")
        let time = Webhook.seconds
        let good = Webhook.hex("\(time).\(webhook.bodyText)")
        let other = Webhook.hex("\(time).\(webhook.bodyText)", "key-two")
        for text in [
            "t=\(time),v1=\(good)", "t=\(time),v1=\(other),v1=\(good),v0=00",
            "v1=\(good), t=\(time)", "t=\(time),v1=zz,v1=\(good)",
        ] {
            webhook.headers = ["stripe-signature": text]
            let verified = try webhook.judge()
            #expect(verified.defect == nil, "\(text)")
            #expect(verified.webhook?.providerID == "evt_1")
            #expect(verified.webhook?.type == "paid")
        }
        let refused: [(String, WebhookDefect)] = [
            ("t=\(time),v1=\(other)", .wrongSignature), ("t=\(time)", .malformedSignature),
            ("v1=\(good)", .noTimestamp), ("t=\(time),t=\(time),v1=\(good)", .noTimestamp),
            ("t=\(time),v0=\(good)", .malformedSignature),
            ("t= \(time),v1=\(good)", .malformedTimestamp),
            ("t=,v1=\(good)", .malformedTimestamp), ("t=-5,v1=\(good)", .malformedTimestamp),
            ("t=99999999999999999999,v1=\(good)", .malformedTimestamp), ("", .noTimestamp),
        ]
        for (text, defect) in refused {
            webhook.headers = ["stripe-signature": text]
            #expect(try webhook.defect() == defect, "\(text)")
        }
    }

    @Test func `GitHub's signature needs its prefix, and its id is not what is remembered`() throws
    {
        var webhook = Webhook("github")
        let good = "sha256=" + Webhook.hex(webhook.bodyText)
        webhook.headers = ["x-hub-signature-256": good, "x-github-delivery": "d1"]
        webhook.headers["x-github-event"] = "push"
        let first = try #require(try webhook.judge().webhook)
        #expect(first.providerID == "d1" && first.type == "push")
        // The id is not signed: whoever has one delivery could else send it again under another.
        webhook.headers["x-github-delivery"] = "d2"
        #expect(try webhook.judge().webhook?.identity == first.identity)
        webhook.headers["x-hub-signature-256"] = String(good.dropFirst(7))
        #expect(try webhook.defect() == .malformedSignature)
        webhook.headers["x-hub-signature-256"] = good + "00"
        #expect(try webhook.defect() == .malformedSignature)
    }

    @Test func `Slack signs version, time and body`() throws {
        var webhook = Webhook("slack")
        webhook.body = Array(#"{"event_id":"Ev1","event":{"type":"message"}}"#.utf8)
        let good = "v0=" + Webhook.hex("v0:\(Webhook.seconds):\(webhook.bodyText)")
        let time = "\(Webhook.seconds)"
        webhook.headers = ["x-slack-signature": good, "x-slack-request-timestamp": time]
        let verified = try #require(try webhook.judge().webhook)
        #expect(verified.providerID == "Ev1" && verified.type == "message")
        webhook.headers["x-slack-signature"] = "v1=" + good.dropFirst(3)
        #expect(try webhook.defect() == .malformedSignature)
    }

    @Test func `Standard Webhooks signs the id, with one of several keys`() throws {
        let key = Array("0123456789abcdef01234567".utf8)
        var webhook = Webhook("standard-webhooks")
        webhook.secret = ["signingKey": .string("whsec_" + Base64.encode(key))]
        let message = "msg_1.\(Webhook.seconds).\(webhook.bodyText)"
        let good = "v1," + Base64.encode(Digest.hmacSHA256(Array(message.utf8), key: key))
        webhook.headers = [
            "webhook-id": "msg_1", "webhook-timestamp": "\(Webhook.seconds)",
            "webhook-signature": "v1,\(Base64.encode([1, 2])) \(good) v2,x",
        ]
        #expect(try webhook.judge().webhook?.providerID == "msg_1")
        webhook.headers["webhook-id"] = "msg_2"
        #expect(try webhook.defect() == .wrongSignature)
        webhook.headers["webhook-id"] = nil
        #expect(try webhook.defect() == .noID)
        webhook.headers["webhook-id"] = String(repeating: "m", count: 257)
        #expect(try webhook.defect() == .noID)
    }

    @Test func `Twilio signs the URL and the form, or the URL with the body's digest`() throws {
        var webhook = Webhook("twilio")
        webhook.body = Array("To=%2B18005551212&From=%2B14158675309&Body=a+b&Body=a+b&Empty=".utf8)
        webhook.headers = ["content-type": "application/x-www-form-urlencoded; charset=utf-8"]
        let fields = "Bodya bEmptyFrom+14158675309To+18005551212"
        for url in [webhook.urls[0], "https://bindery.example.com:443/hook"] {
            webhook.headers["x-twilio-signature"] = Base64.encode(Webhook.sha1(url + fields))
            #expect(try webhook.defect() == nil, "\(url)")
        }
        let other = Base64.encode(Webhook.sha1("https://evil.example.com/hook" + fields))
        webhook.headers["x-twilio-signature"] = other
        #expect(try webhook.defect() == .wrongSignature)

        webhook.body = Array(#"{"a":1}"#.utf8)
        webhook.query = "x=1&bodySHA256=" + Hex.encode(Digest.sha256(webhook.body))
        webhook.urls = ["https://bindery.example.com/hook?" + (webhook.query ?? "")]
        webhook.headers["content-type"] = "application/json"
        webhook.headers["x-twilio-signature"] = Base64.encode(Webhook.sha1(webhook.urls[0]))
        #expect(try webhook.defect() == nil)
        // A body of another digest is not signed, as whatever it is sent.
        for type in ["application/json", "application/x-www-form-urlencoded"] {
            webhook.headers["content-type"] = type
            for body in [[], Array("a=1".utf8)] {
                webhook.body = body
                #expect(try webhook.defect() == .wrongBodyDigest)
            }
        }
        webhook.query = nil
        webhook.body = Array(#"{"a":1}"#.utf8)
        webhook.headers["content-type"] = "application/json"
        #expect(try webhook.defect() == .wrongBodyDigest)
    }

    @Test func `the URL is tried with its port and without`() {
        let spellings: [(String, String)] = [
            ("https://a.example/x?q=1", "https://a.example:443/x?q=1"),
            ("http://a.example/x", "http://a.example:80/x"),
            ("https://a.example:8443/x:1", "https://a.example/x:1"),
            ("https://[::1]/x", "https://[::1]:443/x"), ("https://[::1]:9/x", "https://[::1]/x"),
            ("https://a.example?x", "https://a.example:443?x"),
        ]
        for (url, other) in spellings {
            #expect(TwilioMessage.spellings(of: url) == [url, other])
        }
    }

    // RFC 8032 section 7.1, test 3: the message is af82.
    private static let publicKey =
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    private static let signature =
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"

    @Test func `Ed25519 is taken from the key in hexadecimal or base64`() throws {
        let bytes = try #require(Hex.decode(Self.publicKey))
        for key in [Self.publicKey, Base64.encode(bytes)] {
            var webhook = Webhook("ed25519", ["signatureHeader": "X-Signature-Ed25519"])
            webhook.secret = ["signingKey": .string(key)]
            webhook.body = [0xAF, 0x82]
            webhook.headers = ["x-signature-ed25519": Self.signature]
            #expect(try webhook.defect() == nil)
            webhook.headers = ["x-signature-ed25519": Self.signature.replacing("62", with: "63")]
            #expect(try webhook.defect() == .wrongSignature)
            webhook.secret = ["signingKey": "not a key"]
            #expect(try webhook.defect() == .noKey)
        }
    }
}
