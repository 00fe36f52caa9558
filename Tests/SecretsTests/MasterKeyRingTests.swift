import Platform
import Testing

@testable import Secrets

@Suite struct MasterKeyRingTests {
    private static let key = [UInt8](1...32)
    private static let hex = Hex.encode(key)
    private static let base64 = Base64.encode(key)
    private static let other = String(repeating: "ab", count: 32)

    private static func ring(_ text: String) throws -> MasterKeyRing {
        try MasterKeyRing(reading: SecretBytes(Array(text.utf8)))
    }

    private static func refusal(_ text: String) -> String? {
        #expect(throws: MasterKeyRing.Failure.self) { try ring(text) }?.detail
    }

    @Test func `keys are read in both codings, and the first one seals`() throws {
        let hex = try Self.ring(Self.hex)
        let base64 = try Self.ring("# made in May\r\n\n  \(Self.base64)  \r\n")
        #expect(hex.first.id == base64.first.id)
        let two = try Self.ring("\(Self.other)\n\(Self.hex)\n")
        #expect(two.keys.count == 2)
        #expect(two.first.id != hex.first.id)
        #expect(two.key(hex.first.id) != nil)
        #expect(two.key("nothing") == nil)
    }

    @Test func `a key of any other length is refused, and not quoted`() {
        for count in [0, 1, 16, 31, 33, 64] where count > 0 {
            let bytes = [UInt8](repeating: 0xA5, count: count)
            for text in [Hex.encode(bytes), Base64.encode(bytes)] {
                let detail = Self.refusal("\(Self.other)\n\(text)")
                #expect(detail?.contains("key 2") == true, "\(count) bytes")
                #expect(detail?.contains(text) == false)
            }
        }
        #expect(Self.refusal("correct horse battery staple")?.contains("key 1") == true)
        #expect(Self.refusal(String(repeating: "z", count: 64))?.contains("key 1") == true)
    }

    @Test(arguments: ["", "\n\n", "# nothing but words\n", "   "])
    func `no key at all is refused`(text: String) {
        #expect(Self.refusal(text) == "holds no key")
    }

    @Test func `a key that is there twice is refused, also in the other coding`() {
        #expect(Self.refusal("\(Self.hex)\n\(Self.base64)")?.contains("twice") == true)
    }

    @Test func `sixteen keys are taken and one more is not`() throws {
        let keys = (0...16).map { Hex.encode([UInt8](repeating: UInt8($0), count: 32)) }
        #expect(try Self.ring(keys.prefix(16).joined(separator: "\n")).keys.count == 16)
        #expect(Self.refusal(keys.joined(separator: "\n"))?.contains("16") == true)
    }
}
