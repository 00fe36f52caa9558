import Glibc

/// Whom an address is counted for: an IPv4 address by itself, an IPv6 address by its /64.
///
/// Whoever has one IPv6 address has 2^64 of them: counted one by one they would be no limit.
public struct ClientBlock: Sendable, Hashable {
    private let bytes: [UInt8]

    /// Reads an address as `Peer` writes it; what is none, such as a Unix-domain socket, is counted by
    /// its text.
    public init(_ address: String) {
        // What stands behind a % names an interface of this machine.
        let text = String(address.prefix { $0 != "%" })
        var v4 = [UInt8](repeating: 0, count: 4)
        var v6 = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            bytes = v4
        } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
            let isMapped = v6[..<10].allSatisfy { $0 == 0 } && v6[10] == 0xFF && v6[11] == 0xFF
            bytes = Array(isMapped ? v6[12...] : v6[..<8])
        } else {
            bytes = Array("text \(address)".utf8)
        }
    }
}
