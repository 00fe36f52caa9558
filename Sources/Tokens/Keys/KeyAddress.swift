import Outbound

/// Where keys may be fetched from: by `https`, or from this machine.
///
/// Whoever can change the answer on its way makes itself an issuer.
enum KeyAddress {
    /// The rule in words.
    static let rule = "must be an https URL; http is for a literal loopback address alone"

    /// Whether keys may be fetched from there.
    static func isGood(_ url: String) -> Bool {
        guard OutboundRequest.isURL(url) else { return false }
        if url.hasPrefix("https://") { return true }
        return isLoopback(url)
    }

    private static func isLoopback(_ url: String) -> Bool {
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority == "[::1]" || authority.hasPrefix("[::1]:") { return true }
        let parts = authority.prefix { $0 != ":" }
            .split(
                separator: ".",
                omittingEmptySubsequences: false
            )
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
