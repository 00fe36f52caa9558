import Model
import Platform
import Testing

@testable import Secrets

@Suite struct SecretTests {
    private static func read(
        _ text: String,
        declared: Set<String> = ["apiKey"],
        reference: String = "env://BINDERY_SECRET_X"
    ) throws -> Secret {
        let reference = try #require(SecretReference(reference))
        let bytes = SecretBytes(Array(text.utf8))
        return try Secret(bytes, of: reference, declaredFields: declared)
    }

    private static func failure(
        _ text: [UInt8],
        declared: Set<String> = ["apiKey"]
    ) throws -> SecretError? {
        let reference = try #require(SecretReference("file://a/b"))
        return #expect(throws: SecretError.self) {
            try Secret(SecretBytes(text), of: reference, declaredFields: declared)
        }
    }

    @Test func `a JSON object gives its fields, in order`() throws {
        let text = #" {"user": "u", "apiKey": "k\u00fc", "port": 5432, "on": true, "no": null} "#
        let secret = try Self.read(text)
        #expect(secret.fieldNames == ["user", "apiKey", "port", "on"])
        #expect(secret.field("apiKey") == "k\u{fc}")
        #expect(secret.field("port") == "5432")
        #expect(secret.field("on") == "true")
        #expect(secret.field("no") == nil)
        #expect(secret.field("APIKEY") == nil)
        #expect(secret.withField("user") { $0.count } == 1)
        #expect(secret.withField("none") { $0.count } == nil)
    }

    @Test func `names every value that must not be shown, inner ones too`() throws {
        let text = #"{"apiKey": "k", "account": {"key": "inner", "n": [1, "deep"]}, "empty": ""}"#
        let secret = try Self.read(text)
        #expect(secret.field("account") == #"{"key":"inner","n":[1,"deep"]}"#)
        #expect(
            secret.values == ["k", #"{"key":"inner","n":[1,"deep"]}"#, "inner", "deep"]
        )
    }

    @Test(arguments: ["sk_test_1", "sk_test_1\n", "sk_test_1\r\n"])
    func `another text is the one field declared, without a line break`(_ text: String) throws {
        let secret = try Self.read(text)
        #expect(secret.fieldNames == ["apiKey"])
        #expect(secret.field("apiKey") == "sk_test_1")
        #expect(secret.values == ["sk_test_1"])
    }

    @Test(arguments: [
        " a b ", "\"quoted\"", "123", "[1]", "-----BEGIN X\nabc\n-----END X", "a\n\nb",
    ])
    func `another text stays as it is`(_ text: String) throws {
        #expect(try Self.read(text).field("apiKey") == text)
    }

    @Test func `of several fields declared the reference names one`() throws {
        let declared: Set = ["apiKey", "webhookSecret"]
        let secret = try Self.read("x", declared: declared, reference: "vault://a#webhookSecret")
        #expect(secret.field("webhookSecret") == "x")
        let other = try Self.read("x", declared: ["apiKey"], reference: "vault://a#key")
        #expect(other.field("apiKey") == "x")
        #expect(throws: SecretError.self) {
            try Self.read("x", declared: declared, reference: "vault://a#key")
        }
    }

    @Test(arguments: [Set<String>(), ["a", "b"]])
    func `without one field declared another text is malformed`(_ declared: Set<String>) throws {
        let error = try Self.failure(Array("hunter2".utf8), declared: declared)
        #expect(error?.code == .malformed)
        #expect(error?.detail.hasPrefix("file://a/b: ") == true)
        #expect(error?.detail.contains("hunter2") == false)
    }

    @Test(arguments: [
        "", "\n", "  \r\n", "{", "{}", #"{"hunter2": }"#, #"{"a": "hunter2", "a": "x"}"#,
        #"{"a": null}"#, #"{"a": "hunter2"} x"#, #"{hunter2}"#, "{\"a\": \"hunter2\n\"}",
    ])
    func `a broken text is malformed and not quoted`(_ text: String) throws {
        let error = try Self.failure(Array(text.utf8))
        #expect(error?.code == .malformed)
        #expect(error?.detail.contains("hunter2") == false)
    }

    @Test func `bytes that are no text are malformed`() throws {
        #expect(try Self.failure([0x61, 0xFF])?.code == .malformed)
        #expect(try Self.failure([0xC0, 0x80])?.code == .malformed)
    }

    @Test func `refuses by number of fields`() throws {
        let object = { (count: Int) in
            "{" + (0..<count).map { "\"f\($0)\": \"x\"" }.joined(separator: ",") + "}"
        }
        #expect(try Self.read(object(64)).fieldNames.count == 64)
        #expect(try Self.failure(Array(object(65).utf8))?.code == .malformed)
    }

    @Test func `no text of it shows the content`() throws {
        let secret = try Self.read(#"{"apiKey": "hunter2", "inner": ["hunter2"]}"#)
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("apiKey"))
        }
    }
}
