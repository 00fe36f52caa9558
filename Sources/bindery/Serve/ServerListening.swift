import HTTPServer
import HTTPWire
import Platform

/// Where the server listens, and what it speaks there.
enum ServerListening {
    /// A place where clients reach the server.
    struct Place {
        /// The address alone, as the log names it.
        let address: String
        /// The address as a client writes it.
        let text: String
    }

    /// The HTTP server's configuration.
    static func configuration(_ settings: Settings, _ tls: ServerTLS?) -> ServerConfiguration {
        let (plain, secure) = addresses(settings)
        var configuration = ServerConfiguration(addresses: plain)
        configuration.secureAddresses = secure
        configuration.tls = tls
        configuration.unixSockets = settings.listen.compactMap(\.unix)
            .map { path in
                var path = path
                path.mode = settings.unixMode
                return path
            }
        ServerBounds.set(settings, in: &configuration)
        configuration.strictTransportSeconds = settings.tls.strictTransportSeconds
        configuration.deadlines.tlsHandshake = settings.tls.handshake
        return configuration
    }

    /// The places of these bound addresses, and of the Unix-domain sockets.
    static func places(_ bound: [SocketAddress], _ settings: Settings) -> [Place] {
        let plainCount = addresses(settings).plain.count
        let places = bound.enumerated()
            .map { index, address in
                let scheme = index < plainCount ? "http" : "https"
                return Place(address: "\(address)", text: "\(scheme)://\(address)")
            }
        let sockets = settings.listen.compactMap(\.unix)
        return places + sockets.map { Place(address: "\($0)", text: "\($0)") }
    }

    /// Who has a certificate and names no address for it wants it everywhere: a server that went on
    /// in plain HTTP would look as if it were safe.
    private static func addresses(
        _ settings: Settings
    ) -> (plain: [SocketAddress], secure: [SocketAddress]) {
        let listen = settings.listen.compactMap(\.internet)
        guard settings.tls.isOn, settings.tls.listen.isEmpty else {
            return (listen, settings.tls.listen)
        }
        return ([], listen)
    }
}
