import Glibc

/// An IPv4 or IPv6 address, as a number.
struct IPAddress: Hashable, Sendable {
    /// The two kinds of addresses.
    enum Family: Hashable, Sendable {
        case v4
        case v6

        var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    let family: Family
    /// The address, most significant byte first; below 2^32 for IPv4.
    let number: UInt128

    init(family: Family, number: UInt128) {
        self.family = family
        self.number = number
    }

    /// An address in its textual form; nil when it is none, such as `127.1` or `::1%eth0`.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            self.init(four)
        } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    init(_ address: in_addr) {
        self.init(family: .v4, number: UInt128(UInt32(bigEndian: address.s_addr)))
    }

    init(_ address: in6_addr) {
        let words = unsafe address.__in6_u.__u6_addr32
        let number = [words.0, words.1, words.2, words.3]
            .reduce(UInt128(0)) { number, word in number << 32 | UInt128(UInt32(bigEndian: word)) }
        self.init(family: .v6, number: number)
    }

    /// The IPv4 address that an IPv4-mapped one (`::ffff:a.b.c.d`, RFC 4291) stands for.
    var mappedIPv4: IPAddress? {
        guard family == .v6, number >> 32 == 0xFFFF else { return nil }
        return IPAddress(family: .v4, number: number & 0xFFFF_FFFF)
    }
}
