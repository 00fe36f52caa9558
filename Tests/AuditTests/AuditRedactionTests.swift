import JSON
import Platform
import Testing

@testable import Audit

@Suite struct AuditRedactionTests {
    private static let secret = "s3cr3t+value/with=odd&chars"
    private let redaction = AuditRedaction(
        secretFields: ["apiKey", "webhook_secret"],
        secretValues: [secret],
        secretNames: ["X-Custom"]
    )

    @Test(arguments: [
        secret, "a\(secret)b", "s3cr3t%2Bvalue%2Fwith%3Dodd%26chars",
        "s3cr3t%2bvalue%2fwith%3dodd%26chars", "%73%33cr3t+value/with=odd&chars",
        "s3cr3t+value\\/with=odd\\u0026chars",
    ])
    func `takes a value out in every spelling`(_ text: String) {
        let redacted = redaction.text(text)
        #expect(redacted.contains("[redacted]"))
        #expect(!redacted.contains("value"))
        #expect(!redacted.contains("odd"))
    }

    @Test(arguments: ["", "u:", "us:", "user:"], [Base64.Variant.standard, .url])
    func `takes a value out of base64`(_ before: String, _ variant: Base64.Variant) {
        let encoded = Base64.encode(Array("\(before)\(Self.secret):x".utf8), as: variant)
        #expect(redaction.text("Basic \(encoded) end") == "Basic [redacted] end")
    }

    @Test func `leaves other texts as they are`() {
        for text in ["", "amount=5000", "czNjcjN0", "s3cr3t", "100%", "%zz", "\\", "\\u00"] {
            #expect(redaction.text(text) == text)
        }
    }

    @Test func `values under four bytes are not looked for`() {
        let short = AuditRedaction(secretValues: ["abc", ""])
        #expect(short.text("abcabc") == "abcabc")
        #expect(AuditRedaction(secretValues: ["abcd"]).text("abcd") == "[redacted]")
    }

    @Test func `takes well-known keys out with their word`() {
        let key = "sk_live_" + "abcdefghij0123"
        #expect(redaction.text("the key \(key), it is") == "the key [redacted], it is")
        let pem = "-----BEGIN KEY-----\nabc\n-----END KEY-----"
        #expect(redaction.text("a \(pem) b \(pem) c") == "a [redacted] b [redacted] c")
        #expect(redaction.text("a -----BEGIN KEY-----\nabc") == "a [redacted]")
        #expect(redaction.text("task_live_abcdefghij0123") == "task_live_abcdefghij0123")
    }

    @Test func `takes members out by the names of the secret's fields`() {
        let value: JSONValue = [
            "apiKey": 5, "api_key": ["a"], "nested": [["webhookSecret": "x", "id": "y"]],
            "client_secret": "z", "password": nil, "amount": 1,
        ]
        let expected: JSONValue = [
            "apiKey": "[redacted]", "api_key": "[redacted]",
            "nested": [["webhookSecret": "[redacted]", "id": "y"]],
            "client_secret": "[redacted]", "password": nil, "amount": 1,
        ]
        #expect(redaction.value(value) == expected)
        let numeric = AuditRedaction(secretValues: ["12345"])
        #expect(numeric.value(["pin": 12345]) == ["pin": "[redacted]"])
    }

    @Test(arguments: [
        "Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-API-Key", "X-Auth-Token",
        "X-Amz-Security-Token", "Stripe-Signature", "Client-Secret", "x-custom", "X-Session-Id",
    ])
    func `takes headers of credentials out`(_ name: String) {
        let message = redaction.response(status: 200, headers: [AuditHeader(name, "v")], body: [])
        #expect(message.json["headers"] == [.init(name): "[redacted]"])
    }

    @Test(arguments: ["Idempotency-Key", "X-Request-Id", "WWW-Authenticate", "Author", "Location"])
    func `keeps other headers`(_ name: String) {
        let message = redaction.response(status: 200, headers: [AuditHeader(name, "v")], body: [])
        #expect(message.json["headers"]?[name] == "v")
    }

    @Test func `a header that is said to be secret is, and repeated ones are joined`() {
        let headers = [
            AuditHeader("A", "1"), AuditHeader("A", "2"), AuditHeader("B", "3", isSecret: true),
        ]
        let message = redaction.response(status: 200, headers: headers, body: [])
        #expect(message.json["headers"] == ["A": "1, 2", "B": "[redacted]"])
    }

    @Test func `takes credentials out of a URL`() {
        let url =
            "https://h/p/s3cr3t%2Bvalue%2Fwith%3Dodd%26chars?key=abc&a[apiKey]=1&x-custom=2&b=3&c"
        let expected =
            "https://h/p/[redacted]?key=[redacted]&a[apiKey]=[redacted]&x-custom=[redacted]&b=3&c"
        let message = redaction.request(method: "GET", url: url, headers: [], body: nil)
        #expect(message.json["url"]?.string == expected)
        #expect(message.json["body"] == JSONValue.null)
        #expect(message.json["bodyDigest"] == JSONValue.null)
    }
}
