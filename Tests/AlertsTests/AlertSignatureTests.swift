import Platform
import Testing

@testable import Alerts

/// The signature of Standard Webhooks.
@Suite struct AlertSignatureTests {
    private static let body = Array(#"{"type":"webhook.ping"}"#.utf8)
    /// Made by the library `standardwebhooks` 1.1.0 with the secret of the bytes 0 to 31.
    private static let judged = "v1,tlyFhrGiHPtKR4Iy1ne9u3TCtYsFIwNYjHOLDbuDL9U="

    private func header(_ secrets: [[UInt8]], id: String = "msg_1") -> String {
        AlertSignature.header(
            id: id,
            seconds: 1_800_000_000,
            body: Self.body,
            secrets: secrets.map { SecretBytes($0) }
        )
    }

    @Test func `a signature is the one that another implementation makes`() {
        #expect(header([Array(0..<32)]) == Self.judged)
        #expect(header([Array(1..<33)]) != Self.judged)
        #expect(header([Array(0..<32)], id: "msg_2") != Self.judged)
    }

    @Test func `each of several secrets has its signature, the newest first`() {
        let both = header([Array(1..<33), Array(0..<32)]).split(separator: " ")
        #expect(both.count == 2)
        #expect(both.last.map(String.init) == Self.judged)
    }
}
