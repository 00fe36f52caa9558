/// Which addresses may be connected to.
///
/// Public addresses may, and what the operator allows. Everything else may not: whoever writes a
/// provider's URL could otherwise make this server speak to its own network, or to the service that
/// hands out its machine's credentials. The check is made on the address of each socket, after name
/// resolution, so a name that changes its address between check and use gains nothing.
public struct AddressPolicy: Sendable {
    /// The most blocks that an operator may allow.
    public static let allowCountMax = 256

    private let allow: [AddressRange]
    private let isUnrestricted: Bool

    /// Lets everything pass, for addresses that the operator wrote.
    public static let unrestricted = AddressPolicy(allow: [], isUnrestricted: true)

    /// Public addresses, and those in `allow`, of which there are at most `allowCountMax`.
    public init(allow: [AddressRange] = []) {
        self.init(allow: allow, isUnrestricted: false)
    }

    private init(allow: [AddressRange], isUnrestricted: Bool) {
        precondition(allow.count <= Self.allowCountMax, "a bounded number of allowed blocks")
        self.allow = allow
        self.isUnrestricted = isUnrestricted
    }

    /// Whether an address of this machine may be connected to.
    public var allowsLoopback: Bool {
        ["127.0.0.1", "::1"].compactMap { IPAddress($0) }.contains { refusal(of: $0) == nil }
    }

    /// Why `address` may not be connected to, such as `loopback`; nil when it may.
    func refusal(of address: IPAddress) -> String? {
        if isUnrestricted || isAllowed(address) { return nil }
        // A mapped address is IPv4 in disguise: allowed as what it stands for, never by itself.
        if let mapped = address.mappedIPv4 {
            return isAllowed(mapped) ? nil : "IPv4-mapped"
        }
        if let entry = Self.special.first(where: { $0.range.contains(address) }) {
            return entry.name
        }
        if address.family == .v6, !Self.globalUnicast.contains(address) {
            return "not global unicast"
        }
        return nil
    }

    private func isAllowed(_ address: IPAddress) -> Bool {
        allow.contains { range in range.contains(address) }
    }

    // IPv6 outside of this block is not in use on the public internet (RFC 4291 section 2.4).
    private static let globalUnicast = AddressRange(known: "2000::/3")

    /// The special-purpose registries of IANA (RFC 6890 and successors), and the virtual address
    /// at which Azure serves its machines' configuration.
    private static let special: [(range: AddressRange, name: String)] = [
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata"),
        ("169.254.0.0/16", "link-local or metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "IETF protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b::/96", "IPv4 translation"),
        ("64:ff9b:1::/48", "IPv4 translation"),
        ("100::/64", "discard"),
        ("2001::/23", "IETF protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    ]
    .map { text, name in (AddressRange(known: text), name) }
}
