/// Which certificate answers for a name (RFC 6066 section 3, RFC 6125 section 6.4).
struct TLSNameTable: Sendable {
    private var exact: [String: Int] = [:]
    /// By what stands behind `*.`.
    private var wildcards: [String: Int] = [:]

    /// Of certificates that have the same name, the first answers for it.
    init(_ identities: [TLSIdentity]) {
        for (index, identity) in identities.enumerated() {
            for name in identity.certificate.names where name.hasPrefix("DNS:") {
                let host = String(name.dropFirst(4))
                if host.hasPrefix("*.") {
                    wildcards.keepFirst(index, for: String(host.dropFirst(2)))
                } else {
                    exact.keepFirst(index, for: host)
                }
            }
        }
    }

    /// The certificate for a host; an exact name goes over a wildcard, which stands for one label.
    func index(of host: String) -> Int? {
        var host = host.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        if let index = exact[host] { return index }
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return nil }
        return wildcards[String(host[host.index(after: dot)...])]
    }
}

extension [String: Int] {
    fileprivate mutating func keepFirst(_ index: Int, for name: String) {
        if self[name] == nil { self[name] = index }
    }
}
