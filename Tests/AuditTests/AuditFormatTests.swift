import JSON
import Testing

@testable import Audit

/// The rules that need no knowledge of a call, which every record passes.
@Suite struct AuditFormatTests {
    private let mark = JSONValue.string(AuditRedaction.mark)

    private func redacted(_ value: JSONValue) -> JSONValue { AuditRedaction.formats.value(value) }

    @Test(arguments: [
        "-----BEGIN KEY-----\nMII\n-----END KEY-----", "-------BEGIN KEY-----\nMII",
        "x-----BEGIN KEY----- no end", "----- -----BEGIN ",
    ])
    func `takes a PEM block out wherever it stands`(_ text: String) {
        let redacted = AuditRedaction.formats.text(text)
        #expect(redacted.hasSuffix(AuditRedaction.mark))
        #expect(!redacted.contains("BEGIN"))
    }

    @Test(arguments: ["-----BEGIN", "----BEGIN KEY", "-----begin key", "-----BEGI-----BEGIN", "-"])
    func `leaves what begins no PEM block`(_ text: String) {
        #expect(AuditRedaction.formats.text(text) == text)
    }

    @Test func `a key has its format's length at least, and begins a word`() {
        let key = "sk_live_" + String(repeating: "a", count: 10)
        for text in [key, "key=\(key)", "ключ \(key)", "a.\(key)"] {
            #expect(AuditRedaction.formats.text(text).hasSuffix(AuditRedaction.mark), "\(text)")
        }
        for text in [String(key.dropLast()), "task_" + key.dropFirst(3), "x" + key] {
            #expect(AuditRedaction.formats.text(text) == text)
        }
    }

    @Test(arguments: ["password", "API-Key", "_api_key", "Client_Secret", "--Passwd"])
    func `takes members out by names of credentials`(_ name: String) {
        var object: JSONObject = ["passwords": "v", "-": 1]
        object[name] = "v"
        let value = redacted(.object(object))
        #expect(value[name] == mark)
        #expect(value["passwords"] == "v")
        #expect(value["-"] == 1)
    }

    @Test func `a name that is ASCII in small letters counts`() {
        // The Kelvin sign is a k when it is small.
        #expect(redacted(["api\u{212A}ey": "v"])["api\u{212A}ey"] == mark)
        #expect(redacted(["\u{212A}ind": "v"])["\u{212A}ind"] == "v")
    }

    @Test func `what is deep in a value is found, and the rest stays`() {
        let key = JSONValue.string("ghp_" + String(repeating: "b", count: 36))
        let value: JSONValue = ["a": [1, ["b": key, "c": true]], "password": .null, "d": "-"]
        #expect(
            redacted(value) == ["a": [1, ["b": mark, "c": true]], "password": .null, "d": "-"]
        )
        let clean: JSONValue = ["a": [1, ["b": "x", "c": true]], "password": .null, "d": "-"]
        #expect(redacted(clean) == clean)
    }
}
