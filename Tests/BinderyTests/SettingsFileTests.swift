import Testing

@testable import bindery

@Suite struct SettingsFileTests {
    private static func refusal(_ text: String) -> String? {
        do {
            _ = try SettingsFile(path: "f.json", bytes: Array(text.utf8))
            return nil
        } catch {
            return error.lines.joined(separator: "\n")
        }
    }

    @Test func `names the place and the byte of malformed JSON`() {
        #expect(
            Self.refusal(#"{"limits": {"peers": 01}}"#)?.hasPrefix("f.json#/limits/peers: byte 2")
                == true
        )
        #expect(
            Self.refusal(#"{"data": "a", "data": "b"}"#)?.hasPrefix("f.json#/data: byte 1") == true
        )
        #expect(Self.refusal(#"{"data": "a",}"#)?.hasPrefix("f.json#: byte 13") == true)
        #expect(Self.refusal("")?.hasPrefix("f.json#: byte 0") == true)
    }

    @Test func `wants an object`() {
        #expect(Self.refusal("[]") == "f.json#: the settings must be an object, not array")
        #expect(Self.refusal("{}") == nil)
    }

    @Test func `a file that is not there ends the start with its name`() async {
        let run = await Transcript.of(["serve", "--config", "no/such/file.json"])
        #expect(run.status == .usage)
        #expect(run.error.contains("no/such/file.json: No such file"))
    }
}
