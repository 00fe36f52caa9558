import Platform

/// The address of a PostgreSQL database, which may hold a password: it has no text.
struct JournalURL: Sendable {
    /// The longest, in bytes.
    static let byteCountMax = 4096

    /// All of it, for the client library alone.
    let secret: SecretBytes
    /// The hosts and the name of the database, for the operator: no user, no password, no options.
    let place: String

    /// Reads an URL; nil when it is none of PostgreSQL's.
    init?(_ text: String) {
        let schemes = ["postgres://", "postgresql://"]
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }),
            text.utf8.count <= Self.byteCountMax,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        secret = SecretBytes(Array(text.utf8))
        place = scheme + (Self.hosts(text.dropFirst(scheme.count)) ?? "…")
    }

    /// The hosts and the database's name; nil when it is not sure that they are no part of a password,
    /// which may hold the very characters that end one.
    private static func hosts(_ text: Substring) -> String? {
        let parts = text.split(separator: "?", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.count == 1 || !parts[1].contains("@") else { return nil }
        let start = parts[0].lastIndex(of: "@").map { parts[0].index(after: $0) }
        let hosts = parts[0][(start ?? parts[0].startIndex)...]
        let names = hosts.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count <= 2 else { return nil }
        let isSure = names[0].split(separator: ",", omittingEmptySubsequences: false)
            .allSatisfy { host in
                guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return true }
                return host[host.index(after: colon)...].allSatisfy(\.isNumber)
            }
        return isSure ? String(hosts) : nil
    }
}
