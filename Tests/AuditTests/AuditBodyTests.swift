import JSON
import Platform
import Testing

@testable import Audit

@Suite struct AuditBodyTests {
    private let redaction = AuditRedaction(secretFields: ["apiKey"], secretValues: ["s3cr3t"])

    private func record(_ body: String, type: String = "application/json") -> JSONValue {
        redaction.response(
            status: 200,
            headers: [AuditHeader("Content-Type", type)],
            body: Array(body.utf8)
        )
        .json
    }

    private func digest(_ text: String) -> JSONValue { .string(Hex.encode(Digest.sha256(text))) }

    @Test func `JSON stands as a value, with the digest of its bytes`() {
        let body = #"{ "a": [1, 2.50] }"#
        let record = record(body)
        #expect(record["body"] == ["a": [1, JSONDecimal(2.5).map { .decimal($0) } ?? .null]])
        #expect(record["bodyDigest"] == digest(body))
        #expect(record["truncated"] == false)
    }

    @Test func `the digest of a redacted body is of what is recorded`() {
        let record = record(#"{ "apiKey": "x" }"#)
        #expect(record["body"] == ["apiKey": "[redacted]"])
        #expect(record["bodyDigest"] == digest(#"{"apiKey":"[redacted]"}"#))
        let text = self.record("so s3cr3t", type: "text/plain")
        #expect(text["body"] == "so [redacted]")
        #expect(text["bodyDigest"] == digest("so [redacted]"))
    }

    @Test func `a form loses the values of secret fields`() {
        let record = record(
            "amount=5000&a%5BapiKey%5D=x&note=is+s3cr3t",
            type: "application/x-www-form-urlencoded"
        )
        #expect(record["body"] == "amount=5000&a%5BapiKey%5D=[redacted]&note=is+[redacted]")
    }

    @Test func `what is no JSON stands as text`() {
        #expect(record("{broken")["body"] == "{broken")
        #expect(record("")["body"] == JSONValue.null)
        let bytes = redaction.response(status: 200, headers: [], body: [0xFF, 0x41]).json
        #expect(bytes["body"] == "\u{FFFD}A")
        #expect(bytes["bodyDigest"]?.string == Hex.encode(Digest.sha256([0xFF, 0x41])))
    }

    @Test(arguments: [0, 1])
    func `a body over the limit keeps its head`(_ excess: Int) {
        let text = String(repeating: "x", count: AuditRedaction.bodyByteCountMax + excess)
        let record = record(text, type: "text/plain")
        #expect(record["truncated"] == .bool(excess > 0))
        #expect(record["body"]?.string?.utf8.count == AuditRedaction.bodyByteCountMax)
        #expect(record["bodyDigest"] == digest(text))
    }

    @Test(arguments: 0..<4)
    func `the head ends with a whole character`(_ shift: Int) {
        let text = String(repeating: "x", count: shift) + String(repeating: "𝄞", count: 20_000)
        let body = record(text, type: "text/plain")["body"]?.string ?? ""
        #expect(!body.unicodeScalars.contains("\u{FFFD}"))
        #expect(text.hasPrefix(body))
        #expect(body.utf8.count > AuditRedaction.bodyByteCountMax - 4)
    }

    @Test func `JSON over the limit is text, redacted before it is cut`() {
        let items = String(repeating: #"{"apiKey":"s3cr3t"},"#, count: 5000)
        let record = record("[\(items)1]")
        #expect(record["truncated"] == true)
        #expect(record["body"]?.string?.contains("s3cr3t") == false)
    }

    @Test func `JSON that is too deep for a record is text`() {
        let deep = String(repeating: "[", count: 49) + String(repeating: "]", count: 49)
        #expect(record(deep)["body"] == .string(deep))
        #expect(record(String(deep.dropFirst().dropLast()))["body"]?.array != nil)
    }
}
