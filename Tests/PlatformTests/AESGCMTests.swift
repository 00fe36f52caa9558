import Testing

@testable import Platform

@Suite struct AESGCMTests {
    private static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }

    /// Test cases 13 to 16 of the specification of GCM by McGrew and Viega: AES-256.
    @Test(
        arguments: [
            (
                String(repeating: "0", count: 64), "000000000000000000000000", "", "",
                "530f8afbc74536b9a963b4f1c4cb738b"
            ),
            (
                String(repeating: "0", count: 64), "000000000000000000000000",
                "00000000000000000000000000000000", "",
                "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
                    + "2449a6b525b16aedf5aa0de657ba637b39",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
                    + "1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
            ),
        ]
    )
    func `the published vectors come out`(
        key: String,
        nonce: String,
        text: String,
        associated: String,
        sealed: String
    ) throws {
        let key = SecretBytes(try Self.bytes(key))
        let (nonce, associated) = (try Self.bytes(nonce), try Self.bytes(associated))
        let made = AESGCM.seal(
            SecretBytes(try Self.bytes(text)),
            key: key,
            nonce: nonce,
            associated: associated
        )
        #expect(Hex.encode(made) == sealed)
        let opened = AESGCM.open(made, key: key, nonce: nonce, associated: associated)
        #expect(opened?.withSpan { span in Hex.encode(span.indices.map { span[$0] }) } == text)
    }

    @Test func `nothing opens that is not exactly as it was`() throws {
        let key = SecretBytes([UInt8](repeating: 7, count: 32))
        let nonce = [UInt8](repeating: 1, count: 12)
        let sealed = AESGCM.seal(
            SecretBytes(Array("hunter2".utf8)),
            key: key,
            nonce: nonce,
            associated: [1]
        )
        for place in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[place] ^= 1 << UInt8(bit)
                #expect(AESGCM.open(changed, key: key, nonce: nonce, associated: [1]) == nil)
            }
        }
        for count in 0..<sealed.count {
            let cut = Array(sealed.prefix(count))
            #expect(AESGCM.open(cut, key: key, nonce: nonce, associated: [1]) == nil)
        }
        let longer = sealed + [0]
        #expect(AESGCM.open(longer, key: key, nonce: nonce, associated: [1]) == nil)
        #expect(AESGCM.open(sealed, key: key, nonce: nonce, associated: []) == nil)
        let other = SecretBytes([UInt8](repeating: 8, count: 32))
        #expect(AESGCM.open(sealed, key: other, nonce: nonce, associated: [1]) == nil)
        let otherNonce = [UInt8](repeating: 2, count: 12)
        #expect(AESGCM.open(sealed, key: key, nonce: otherNonce, associated: [1]) == nil)
        #expect(AESGCM.open(sealed, key: key, nonce: [1], associated: [1]) == nil)
        #expect(AESGCM.open(sealed, key: SecretBytes([1]), nonce: nonce, associated: [1]) == nil)
        #expect(AESGCM.open(sealed, key: key, nonce: nonce, associated: [1])?.count == 7)
    }
}
