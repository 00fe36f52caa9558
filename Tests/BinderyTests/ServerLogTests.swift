import JSON
import Model
import Testing

@testable import bindery

@Suite struct ServerLogTests {
    @Test func `writes one JSON object a line`() throws {
        let transcript = Transcript()
        let log = ServerLog(transcript.console)
        log.write(.error, "ledger.readOnly", ["detail": "line\nbreak"])
        log.write(.info, "server.stopped")
        #expect(transcript.output.isEmpty)
        let lines = transcript.error.split(separator: "\n")
        #expect(lines.count == 2)
        let first = try JSONValue(parsing: String(lines[0]))
        #expect(first["level"] == "error" && first["event"] == "ledger.readOnly")
        #expect(first["detail"] == "line\nbreak")
        #expect(Timestamp(first["time"]?.string ?? "") != nil)
    }
}
