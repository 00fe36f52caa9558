import Testing

@testable import Platform

@Suite struct DigestTests {
    // FIPS 180-4 examples and RFC 4231.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `gives the digests of the standard`(_ text: String, _ expected: String) {
        #expect(Hex.encode(Digest.sha256(text)) == expected)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 999, 1000])
    func `a stream gives the same digest however it is cut`(_ cut: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var stream = DigestStream()
        stream.update(Array(bytes[..<cut]))
        stream.update(Array(bytes[cut...]))
        #expect(stream.finish() == Digest.sha256(bytes))
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `gives the codes of RFC 4231`(_ key: [UInt8], _ message: String, _ expected: String) {
        let bytes = Array(message.utf8)
        #expect(Hex.encode(Digest.hmacSHA256(bytes, key: key)) == expected)
        #expect(Hex.encode(Digest.hmacSHA256(bytes, key: SecretBytes(key))) == expected)
    }

    @Test func `hexadecimal reads both cases and refuses the rest`() {
        #expect(Hex.decode("00fFa1") == [0x00, 0xFF, 0xA1])
        #expect(Hex.decode("") == [])
        for text in ["0", "0g", "0x10", " 00", "00 "] { #expect(Hex.decode(text) == nil) }
    }
}
