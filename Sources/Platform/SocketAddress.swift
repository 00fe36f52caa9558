/// An internet address and port.
public struct SocketAddress: Sendable, Hashable {
    /// The address or host name, without brackets, such as `127.0.0.1` or `::1`.
    public let host: String
    /// The port; 0 lets the kernel choose one.
    public let port: UInt16

    /// Pairs a host with a port.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, an IPv6 address in brackets; nil when it is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        // Swift's own reading of a number also takes a sign.
        guard digits.utf8.allSatisfy({ byte in (0x30...0x39).contains(byte) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `host:port`, an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
