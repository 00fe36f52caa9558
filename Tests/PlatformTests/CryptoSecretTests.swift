import Testing

@testable import Platform

@Suite struct SecretBytesTests {
    private static let plain = "sk_test_hunter2"

    @Test func `lends the bytes it was given`() {
        let secret = SecretBytes(Array(Self.plain.utf8))
        #expect(secret.count == 15)
        #expect(secret.withSpan { $0[0] } == UInt8(ascii: "s"))
        #expect(secret.withText { $0 } == Self.plain)
        #expect(SecretBytes([]).withText { $0 }.isEmpty)
    }

    @Test func `takes bytes over and leaves none`() {
        var bytes = Array(Self.plain.utf8)
        let secret = SecretBytes(wiping: &bytes)
        #expect(bytes.isEmpty)
        #expect(secret.withText { $0 } == Self.plain)
    }

    @Test func `no text of it shows the content`() {
        let secret = SecretBytes(Array(Self.plain.utf8))
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("storage"))
        }
    }

    @Test(arguments: [
        ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false), ("ab", "ac", false),
    ])
    func `comparison answers equality`(_ left: String, _ right: String, _ expected: Bool) {
        #expect(SecretComparison.areEqual(Array(left.utf8), Array(right.utf8)) == expected)
    }

    @Test func `reads a variable of the environment`() {
        #expect(SecretEnvironment.bytes(of: "PATH")?.isEmpty == false)
        #expect(SecretEnvironment.bytes(of: "BINDERY_NO_SUCH_VARIABLE") == nil)
    }
}
