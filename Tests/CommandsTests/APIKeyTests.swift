import Model
import Platform
import Testing

@testable import Commands

@Suite struct APIKeyTests {
    @Test func `a key is bnd, its id, a secret of at least 128 bits, and a checksum`() throws {
        let key = APIKey.make()
        let parts = key.text.split(separator: "_", omittingEmptySubsequences: false)
        try #require(parts.count == 3)
        #expect(parts[0] == "bnd")
        #expect(parts[1] == key.id.text)
        let checksumLength = Base62.characterCount(byteCount: 4)
        #expect(Double(parts[2].count - checksumLength) * 5.954 >= 128)
        #expect(APIKey.id(of: key.text) == key.id)
    }

    @Test func `no two keys are alike`() {
        let keys = (0..<500).map { _ in APIKey.make() }
        #expect(Set(keys.map(\.text)).count == 500)
        #expect(Set(keys.map(\.id)).count == 500)
    }

    @Test func `a key with any one character changed is no key`() {
        let text = Array(APIKey.make().text.utf8)
        for position in text.indices {
            for replacement in [UInt8(ascii: "0"), UInt8(ascii: "_"), 0xC3] {
                guard text[position] != replacement else { continue }
                var changed = text
                changed[position] = replacement
                #expect(APIKey.id(of: String(decoding: changed, as: UTF8.self)) == nil)
            }
        }
    }

    @Test func `a key that is cut or longer is no key`() {
        let text = APIKey.make().text
        for count in 0..<text.count { #expect(APIKey.id(of: String(text.prefix(count))) == nil) }
        #expect(APIKey.id(of: text + "0") == nil)
        #expect(APIKey.id(of: " " + text) == nil)
    }

    @Test(arguments: [
        "bnd_a_b", "bnd_a", "bnd__secret", "bnd_a_", "bnd_a_b_c", "bnd_-a_b", "bxd_a_b",
    ])
    func `a good checksum does not make a key of another form`(_ head: String) {
        let isKey = head == "bnd_a_b"
        #expect((APIKey.id(of: head + checksum(head)) != nil) == isKey)
    }

    @Test func `a text over the limit is not looked at`() {
        for (length, isKey) in [(APIKey.byteCountMax, true), (APIKey.byteCountMax + 1, false)] {
            let room = length - Base62.characterCount(byteCount: 4) - "bnd_a_".count
            let head = "bnd_a_" + String(repeating: "s", count: room)
            let text = head + checksum(head)
            #expect(text.utf8.count == length)
            #expect((APIKey.id(of: text) != nil) == isKey)
        }
    }

    /// CRC-32C of the head, least significant byte first, as a scanner would compute it.
    private func checksum(_ head: String) -> String {
        let sum = Checksum.crc32c(Array(head.utf8).span)
        return Base62.encode((0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
}
