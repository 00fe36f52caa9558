/// Where alerts are sent.
public struct WebhookURL: Sendable, Hashable {
    /// The longest URL, in bytes.
    public static let byteCountMax = 2048
    /// The rule in words, for errors.
    public static let words =
        "must be an https:// URL of 1 to 2048 bytes of ASCII that names a host, without user, "
        + "password or #; http:// is for loopback alone, where outbound.allow lets it"

    /// The URL as it was written.
    public let text: String
    /// Whether it is `http` to an address of this machine, which needs the operator's leave.
    public let isPlain: Bool

    /// Checks and wraps a URL; nil when it breaks the rule.
    public init?(_ text: String) {
        let isPlain = text.hasPrefix("http://")
        guard isPlain || text.hasPrefix("https://"), text.utf8.count <= Self.byteCountMax,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.excluded.contains($0) })
        else { return nil }
        let rest = text.dropFirst(isPlain ? 7 : 8)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.hasPrefix(":"), !authority.contains("@") else {
            return nil
        }
        if isPlain, !Self.isLoopback(authority) { return nil }
        self.text = text
        self.isPlain = isPlain
    }

    /// What no part of a URL holds unescaped (RFC 3986), and the mark of a fragment.
    private static let excluded = Set("\"#<>\\^`{|}".utf8)

    private static func isLoopback(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
