import Testing

@testable import Outbound

@Suite struct AddressPolicyTests {
    private static func refusal(_ text: String, allow: [String] = []) throws -> String? {
        let policy = AddressPolicy(allow: try allow.map(AddressRange.init(_:)))
        return policy.refusal(of: try #require(IPAddress(text)))
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700:4700::1111", "2a00::1", "2001:200::1",
    ])
    func `lets public addresses pass, also those beside a refused block`(_ text: String) throws {
        #expect(try Self.refusal(text) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", "this network"), ("0.255.255.255", "this network"),
        ("10.0.0.0", "private"), ("10.255.255.255", "private"),
        ("100.64.0.0", "carrier-grade NAT"), ("100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "loopback"), ("127.255.255.255", "loopback"),
        ("168.63.129.16", "metadata"), ("169.254.169.254", "link-local or metadata"),
        ("172.16.0.0", "private"), ("172.31.255.255", "private"),
        ("192.168.0.1", "private"), ("198.18.0.1", "benchmarking"),
        ("224.0.0.1", "multicast"), ("255.255.255.255", "reserved"),
        ("::", "unspecified"), ("::1", "loopback"), ("::127.0.0.1", "not global unicast"),
        ("::ffff:127.0.0.1", "IPv4-mapped"), ("::ffff:1.1.1.1", "IPv4-mapped"),
        ("64:ff9b::a9fe:a9fe", "IPv4 translation"), ("2002:7f00:1::", "6to4"),
        ("2001:0:1::", "IETF protocol assignments"), ("fd00:ec2::254", "unique local"),
        ("fe80::1", "link-local"), ("fec0::1", "site-local"), ("ff02::1", "multicast"),
        ("4000::1", "not global unicast"),
    ])
    func `refuses special addresses and says why`(_ text: String, _ reason: String) throws {
        #expect(try Self.refusal(text) == reason)
    }

    @Test func `lets pass what the operator allows, and only that`() throws {
        #expect(try Self.refusal("127.0.0.1", allow: ["127.0.0.0/8"]) == nil)
        #expect(try Self.refusal("10.1.2.3", allow: ["127.0.0.0/8", "10.1.2.3"]) == nil)
        #expect(try Self.refusal("10.1.2.4", allow: ["127.0.0.0/8", "10.1.2.3"]) == "private")
        #expect(try Self.refusal("::1", allow: ["127.0.0.0/8"]) == "loopback")
        #expect(try Self.refusal("fd00::1", allow: ["fd00::/8"]) == nil)
    }

    @Test func `an IPv4-mapped address is allowed as what it stands for`() throws {
        #expect(try Self.refusal("::ffff:127.0.0.1", allow: ["127.0.0.0/8"]) == nil)
        #expect(try Self.refusal("::ffff:10.0.0.1", allow: ["127.0.0.0/8"]) == "IPv4-mapped")
        #expect(try Self.refusal("::ffff:10.0.0.1", allow: ["::1"]) == "IPv4-mapped")
    }

    @Test func `without restriction everything passes`() throws {
        let address = try #require(IPAddress("169.254.169.254"))
        #expect(AddressPolicy.unrestricted.refusal(of: address) == nil)
    }
}
