import Testing

@testable import HTTPWire

@Suite struct IPLiteralTests {
    private func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return IPLiteral.isValid(bytes.span, in: bytes.indices)
    }

    @Test(arguments: [
        "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8",
        "2001:db8::1", "FE80::abCD", "::ffff:192.0.2.1", "1:2:3:4:5:6:1.2.3.4", "::0.0.0.0",
        "1::255.255.255.255", "v1.x", "V1f.a:b", "vA.!$&'()*+,;=-._~",
    ])
    func `takes an address of RFC 3986 section 3_2_2`(_ text: String) {
        #expect(isValid(text))
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        "1:2:3:4::5:6:7:8", "12345::", "g::", "::1%25eth0", "::1.2.3", "::1.2.3.4.5", "::256.1.1.1",
        "::01.1.1.1", "1.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::1.2.3.",
        "v.x", "v1.", "v1", "vg.x", "v1.x/", "zz",
    ])
    func `refuses what is none`(_ text: String) {
        #expect(!isValid(text))
    }
}
