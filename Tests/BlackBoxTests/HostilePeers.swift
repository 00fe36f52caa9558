import Platform

/// Clients that mean harm, each in its own way, as long as they are kept.
struct HostilePeers {
    /// A way of wasting the server's time or memory.
    enum Kind: CaseIterable {
        case silent, halfHead, halfBody, halfChunk, garbage, tooLarge, keptOpen, unread, pipeline
    }

    private let sockets: [SocketPeer]
    var count: Int { sockets.count }

    /// Connects so many of each kind, and sends what each begins with.
    init(_ countOfEach: Int, to server: BinderyServer) throws {
        var sockets: [SocketPeer] = []
        for kind in Kind.allCases {
            for _ in 0..<countOfEach {
                let socket = try server.connectSocket()
                let bytes = Array(Self.text(kind).utf8)
                if !bytes.isEmpty { _ = socket.send(bytes[...]) }
                sockets.append(socket)
            }
        }
        self.sockets = sockets
    }

    private static func text(_ kind: Kind) -> String {
        let get = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
        let post = "POST /access/v1/evaluation HTTP/1.1\r\nHost: a\r\n"
        return switch kind {
        case .silent: ""
        case .halfHead: "GET / HTTP/1.1\r\nHost: a\r\nX-A: "
        case .halfBody: post + "Content-Length: 100000\r\n\r\n{"
        case .halfChunk: post + "Transfer-Encoding: chunked\r\n\r\nff\r\n{"
        case .garbage: "\u{16}\u{3}\u{1}"
        case .tooLarge: post + "Content-Length: 99999999\r\n\r\n"
        case .keptOpen: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
        case .unread: String(repeating: get, count: 300)
        case .pipeline: String(repeating: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", count: 800)
        }
    }
}
