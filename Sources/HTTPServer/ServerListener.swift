import Platform

/// A listening socket, and whether its peers speak TLS.
struct ServerListener: Sendable {
    let socket: SocketListener
    let isTLS: Bool

    /// Binds every address of the configuration, in the order in which they are answered.
    static func all(of configuration: ServerConfiguration) throws(SystemError) -> [ServerListener] {
        var listeners: [ServerListener] = []
        for address in configuration.addresses {
            listeners.append(Self(socket: try SocketListener(address: address), isTLS: false))
        }
        for address in configuration.secureAddresses {
            listeners.append(Self(socket: try SocketListener(address: address), isTLS: true))
        }
        for path in configuration.unixSockets {
            listeners.append(Self(socket: try SocketListener(unix: path), isTLS: false))
        }
        return listeners
    }
}
