import Testing

@testable import Outbound

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
        ("10.1.2.2/31", "10.1.2.3", "10.1.2.4"),
        ("0.0.0.0/0", "255.255.255.255", "::1"),
        ("::/0", "ffff::1", "1.2.3.4"),
        ("fd00::/8", "fdff::1", "fe00::"),
        ("2001:db8::1/128", "2001:db8::1", "2001:db8::2"),
    ])
    func `holds its addresses and no other`(_ text: String, inside: String, outside: String) throws
    {
        let range = try AddressRange(text)
        #expect(range.text == text)
        #expect(range.contains(try #require(IPAddress(inside))))
        #expect(!range.contains(try #require(IPAddress(outside))))
    }

    @Test(arguments: [
        "", "/", "/8", "localhost", "10.0.0", "10.0.0.0.0/8", "256.0.0.0/8", "::g", "fe80::1%eth0",
        " 10.0.0.0/8", "010.0.0.0/8",
    ])
    func `refuses what is no address`(_ text: String) {
        #expect(throws: AddressRange.ParseError.notAnAddress(text)) { try AddressRange(text) }
    }

    @Test(arguments: [
        ("10.0.0.0/33", 32), ("10.0.0.0/-1", 32), ("10.0.0.0/", 32), ("10.0.0.0/8/8", 32),
        ("10.0.0.0/+8", 32), ("::/129", 128), ("::/99999999999999999999", 128),
    ])
    func `refuses a prefix that is none`(_ text: String, _ bitCountMax: Int) {
        #expect(throws: AddressRange.ParseError.badPrefix(text, bitCountMax: bitCountMax)) {
            try AddressRange(text)
        }
    }

    @Test(arguments: ["10.0.0.1/8", "fd00::1/8", "1.0.0.0/0"])
    func `refuses bits beyond the prefix`(_ text: String) {
        #expect(throws: AddressRange.ParseError.bitsBeyondPrefix(text)) { try AddressRange(text) }
    }
}
