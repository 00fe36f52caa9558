/// The address of an HTTP server that an operator writes: `http` or `https`, a host, perhaps a port
/// and a path; never a user, which would be a credential in a setting.
struct ServerURL: Sendable, Hashable {
    /// The longest that is read, in bytes.
    static let byteCountMax = 2048

    /// The URL without a slash at its end.
    let text: String
    /// The host, without brackets and port.
    let host: String
    /// Whether the connection is encrypted.
    let isSecure: Bool

    /// Reads a URL; nil when it is another kind of text.
    ///
    /// What it lets pass is checked again, by the parser that also connects, when it is used.
    init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
            ),
            !text.utf8.contains(where: { "?#@".utf8.contains($0) })
        else { return nil }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return nil }
        var trimmed = text[...]
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        let rest = trimmed.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        guard let host = Self.host(authority) else { return nil }
        self.text = String(trimmed)
        self.host = host
        self.isSecure = isSecure
    }

    /// Whether only this machine can listen in: a literal loopback address, or `localhost`.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    private static func host(_ authority: Substring) -> String? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
            port = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if let port {
            let isNumber = !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let number = UInt16(port), number > 0 else { return nil }
        }
        return host.isEmpty ? nil : String(host)
    }
}
