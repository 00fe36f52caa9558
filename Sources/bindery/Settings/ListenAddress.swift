import Platform

/// Where the server listens: an internet address, or a Unix-domain socket.
enum ListenAddress: Sendable, Hashable {
    case internet(SocketAddress)
    case unix(UnixSocketPath)

    /// Reads `HOST:PORT` or `unix:/path`; nil when it is neither.
    init?(_ text: String) {
        if text.hasPrefix(UnixSocketPath.prefix) {
            guard let path = UnixSocketPath(text) else { return nil }
            self = .unix(path)
        } else {
            guard let address = SocketAddress(text) else { return nil }
            self = .internet(address)
        }
    }

    /// The internet address; nil for a Unix-domain socket.
    var internet: SocketAddress? {
        guard case .internet(let address) = self else { return nil }
        return address
    }

    /// The Unix-domain socket; nil for an internet address.
    var unix: UnixSocketPath? {
        guard case .unix(let path) = self else { return nil }
        return path
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The text that it is read from.
    var description: String {
        switch self {
        case .internet(let address): address.description
        case .unix(let path): path.description
        }
    }
}

extension SettingFormat<ListenAddress> {
    /// An address to listen on.
    static let listenAddress = SettingFormat.parsed(
        "ADDRESS",
        rule: "HOST:PORT, an IPv6 address in brackets, or unix: and an absolute path of at most "
            + "\(UnixSocketPath.byteCountMax) bytes",
        text: { $0.description },
        { ListenAddress($0) }
    )
}

extension SettingFormat<UInt32> {
    /// The permissions of a file, in octal digits.
    static let fileMode = SettingFormat.parsed(
        "MODE",
        rule: "a file's mode in octal digits, from 0 to 0777, such as 0660",
        text: { "0" + String($0, radix: 8) },
        { text in
            let isOctal =
                (1...4).contains(text.utf8.count) && text.allSatisfy { "01234567".contains($0) }
            guard isOctal, let mode = UInt32(text, radix: 8), mode <= 0o777 else { return nil }
            return mode
        }
    )
}
