import Testing

@testable import HTTPWire

@Suite struct ByteClassTests {
    private static let alphanumerics =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let subDelims = "!$&'()*+,;="

    private func members(_ byteClass: ByteClass) -> Set<UInt8> {
        Set((0...UInt8.max).filter { byte in byteClass.contains(byte) })
    }

    private func bytes(_ text: String) -> Set<UInt8> {
        Set(Self.alphanumerics.utf8).union(text.utf8)
    }

    @Test func `each class holds its characters and no others`() {
        #expect(members(.token) == bytes("!#$%&'*+-.^_`|~"))
        #expect(members(.path) == bytes("-._~%:@/" + Self.subDelims))
        #expect(members(.hostName) == bytes("-._~%" + Self.subDelims))
        #expect(members(.addressLiteral) == bytes("-._~:" + Self.subDelims))
        #expect(members(.query) == Set(0x21...0x7E).subtracting("\"#<>".utf8))
    }

    @Test func `a field value holds text, space and tab`() {
        let members = (0...UInt8.max).filter { byte in ByteClass.isFieldValue(byte) }
        #expect(Set(members) == Set(0x20...0xFF).subtracting([0x7F]).union([0x09]))
    }

    @Test func `hexadecimal digits have their value in both cases`() {
        for byte in 0...UInt8.max {
            let text = String(decoding: [byte], as: UTF8.self)
            let expected = byte == 0x2B || byte == 0x2D ? nil : Int(text, radix: 16)
            #expect(ByteClass.hexValue(byte) == expected, "\(byte)")
        }
    }
}
