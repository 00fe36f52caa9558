import HTTPWire
import JSON
import Model
import Platform
import Testing

@testable import API

@Suite struct AccessLogEntryTests {
    private func entry(
        path: [UInt8] = Array("/v1/keys".utf8),
        requestID: String = "r-1",
        nanoseconds: Int64? = 15_400,
        errorCode: String? = nil
    ) -> AccessLogEntry {
        AccessLogEntry(
            time: Timestamp(milliseconds: 1_770_000_000_123),
            requestID: requestID,
            traceID: "0af7651916cd43dd8448eb211c80319c",
            method: .get,
            route: "/v1/keys",
            path: path,
            status: 200,
            bodyByteCount: 7,
            nanoseconds: nanoseconds,
            address: "127.0.0.1",
            credential: "key-1",
            tenant: "acme",
            errorCode: errorCode
        )
    }

    private func line(_ entry: AccessLogEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        entry.append(to: &bytes)
        return bytes
    }

    @Test func `one line with the convention's names`() {
        let expected = """
            {"time":"2026-02-02T02:40:00.123Z","request.id":"r-1",\
            "trace.id":"0af7651916cd43dd8448eb211c80319c","http.request.method":"GET",\
            "http.route":"/v1/keys","url.path":"/v1/keys","http.response.status_code":200,\
            "http.response.body.size":7,"duration":0.000015,"client.address":"127.0.0.1",\
            "credential.id":"key-1","tenant.id":"acme","error.code":"FORBIDDEN"}

            """
        let text = String(decoding: line(entry(errorCode: "FORBIDDEN")), as: UTF8.self)
        #expect(text == expected)
    }

    @Test(arguments: [
        (0, "0.000000"), (999, "0.000000"), (1000, "0.000001"), (1_000_000_000, "1.000000"),
        (61_000_020_000, "61.000020"), (-5, "0.000000"),
    ])
    func `a duration is seconds with six decimals`(_ nanoseconds: Int64, _ text: String) {
        let line = String(decoding: line(entry(nanoseconds: nanoseconds)), as: UTF8.self)
        #expect(line.contains("\"duration\":\(text),"))
    }

    @Test(arguments: [
        "/a\r\n{\"time\":\"x\"}", "/\"},{\"", "/\\", "/\u{1B}[2J", "/\u{85}\u{9B}31m\u{2028}",
        "/\u{7F}\0", "/a b\t",
    ])
    func `nothing in a path ends its line or its text`(_ path: String) throws {
        try check(Array(path.utf8))
    }

    @Test(arguments: [
        [0x2F, 0xFF, 0xFE], [0x2F, 0xC3], [0x2F, 0xED, 0xA0, 0x80], Array(0...255),
    ])
    func `bytes that are no text are percent-encoded`(_ path: [UInt8]) throws { try check(path) }

    private func check(_ path: [UInt8]) throws {
        let bytes = line(entry(path: path))
        #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        #expect(bytes.count { $0 == 0x0A } == 1)
        #expect(bytes.last == 0x0A)
        let object = try #require(try JSONValue(parsing: bytes.dropLast()).object)
        let expected = path.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            let escape = "%\(byte < 16 ? "0" : "")\(digits)"
            return (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : escape
        }
        #expect(object["url.path"]?.string == expected.joined())
    }

    @Test(arguments: [0, 1, 7680])
    func `a path is cut after 512 bytes`(_ more: Int) throws {
        let path = Array(repeating: UInt8(ascii: "a"), count: AccessLogEntry.pathByteCountMax)
        let bytes = line(entry(path: path + Array(repeating: UInt8(ascii: "b"), count: more)))
        let text = try #require(
            try JSONValue(parsing: bytes.dropLast()).object?["url.path"]?.string
        )
        #expect(text == String(decoding: path, as: UTF8.self) + (more > 0 ? "…" : ""))
    }

    @Test func `the longest line fits a pipe's piece`() {
        let longest = AccessLogEntry(
            time: .latest,
            requestID: String(repeating: "r", count: RequestIdentity.byteCountMax),
            traceID: String(repeating: "a", count: 32),
            method: .options,
            route: Routes.all.map(\.path.text).max { $0.utf8.count < $1.utf8.count },
            path: Array(repeating: 0xFF, count: 8192),
            status: 599,
            bodyByteCount: .max,
            nanoseconds: .max,
            address: String(repeating: "f", count: 64),
            credential: String(repeating: "k", count: 128),
            tenant: String(repeating: "t", count: 128),
            errorCode: String(repeating: "E", count: 64)
        )
        #expect(line(longest).count <= LineSink.lineByteCountMax)
    }
}
