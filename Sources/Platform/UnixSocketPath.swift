/// Where a Unix-domain socket lies, and who may connect to it.
public struct UnixSocketPath: Sendable, Hashable {
    /// The longest path that the kernel takes, in bytes (`sun_path` less its NUL).
    public static let byteCountMax = 107
    /// Who may connect when nothing else is said: the owner and its group.
    public static let modeDefault: UInt32 = 0o660
    /// What stands before the path where other addresses may stand.
    public static let prefix = "unix:"

    /// The path in the file system.
    public let path: String
    /// The file's permissions; connecting needs the right to write.
    public var mode: UInt32

    /// Reads `unix:/path`; nil when it is something else, or the path is relative, is longer than
    /// `byteCountMax` or holds a NUL.
    public init?(_ text: String, mode: UInt32 = Self.modeDefault) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let path = text.dropFirst(Self.prefix.count)
        let isGood =
            path.hasPrefix("/") && path.utf8.count <= Self.byteCountMax && !path.utf8.contains(0)
        guard isGood, !path.hasSuffix("/") else { return nil }
        self.path = String(path)
        self.mode = mode
    }
}

extension UnixSocketPath: CustomStringConvertible {
    /// `unix:/path`.
    public var description: String { Self.prefix + path }
}

extension SocketAddress {
    /// How a peer of a Unix-domain socket is named, which has no address: `unix`, port 0.
    public static let unixPeer = SocketAddress(host: "unix", port: 0)
}
