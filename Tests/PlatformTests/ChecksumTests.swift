import Testing

@testable import Platform

@Suite struct ChecksumTests {
    /// RFC 3720 appendix B.4, and the check value of the catalogue of parametrised CRCs.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0...31), 0x46DD_794E),
            ((0...31).reversed(), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)]
    )
    func `is the standard's`(_ bytes: [UInt8], _ expected: UInt32) {
        #expect(Checksum.crc32c(bytes.span) == expected)
        #expect(~Checksum.table(.max, bytes.span) == expected)
    }

    @Test func `the instruction and the table agree at every length and start`() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let part = bytes.span.extracting(start..<end)
                #expect(Checksum.crc32c(part) == ~Checksum.table(.max, part))
            }
        }
    }

    @Test func `bytes may come in pieces`() {
        let bytes = Array("a text that is cut at every place".utf8)
        for cut in 0...bytes.count {
            var checksum = Checksum()
            checksum.add(bytes.span.extracting(..<cut))
            checksum.add(bytes.span.extracting(cut...))
            #expect(checksum.value == Checksum.crc32c(bytes.span))
        }
    }
}
