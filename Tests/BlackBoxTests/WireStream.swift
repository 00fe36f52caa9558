import JSON
import Platform
import Waiting

/// A streamed answer over a socket, read as it comes.
final class WireStream {
    private let socket: SocketPeer
    private var unread: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private(set) var text = ""
    /// Whether the last chunk has come.
    private(set) var isWhole = false
    private(set) var answer = WireAnswer(head: "")

    init(_ address: SocketAddress) throws { socket = try SocketPeer(connectingTo: address) }

    /// Sends the request, and reads the head of the answer.
    func open(
        _ target: String,
        key: String,
        headers: [String] = [],
        posting body: JSONValue? = nil
    ) async throws {
        let bytes = body?.serialized() ?? []
        let method = body == nil ? "GET" : "POST"
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"]
        lines += ["Authorization: Bearer \(key)"] + headers
        if body != nil {
            lines += ["Content-Type: application/json", "Content-Length: \(bytes.count)"]
        }
        try await socket.sendWhole(
            Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + bytes
        )
        try await Wait.until("the head of \(target)") {
            try receive()
            return unread.firstRange(of: [13, 10, 13, 10]) != nil
        }
        let end = unread.firstRange(of: [13, 10, 13, 10])?.upperBound ?? 0
        answer = WireAnswer(head: String(decoding: unread[..<end], as: UTF8.self))
        unread.removeFirst(end)
    }

    /// Takes what has come, once.
    func read() throws {
        // What came before the end is taken also when the end is a cut.
        defer { takeChunks() }
        try receive()
    }

    private func takeChunks() {
        while let line = unread.firstRange(of: [13, 10]),
            let size = Int(String(decoding: unread[..<line.lowerBound], as: UTF8.self), radix: 16),
            unread.count >= line.upperBound + size + 2
        {
            if size == 0 { isWhole = true }
            let body = unread[line.upperBound..<line.upperBound + size]
            text += String(decoding: body, as: UTF8.self)
            unread.removeFirst(line.upperBound + size + 2)
        }
    }

    /// The events so far.
    var events: [(id: String, name: String, data: JSONValue)] {
        text.split(separator: "\n\n")
            .compactMap { block in
                var fields: [Substring: Substring] = [:]
                for line in block.split(separator: "\n") where !line.hasPrefix(":") {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    fields[parts[0]] = (parts.last ?? "").dropFirst()
                }
                guard let data = fields["data"] else { return nil }
                return (
                    String(fields["id"] ?? ""), String(fields["event"] ?? ""),
                    WireStream.json(String(data))
                )
            }
    }

    private static func json(_ text: String) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            return .null
        }
    }

    private func receive() throws {
        switch socket.receive(into: &buffer) {
        case .bytes(let count): unread += buffer[..<count]
        case .wouldBlock: break
        case .ended, .failed: if !isWhole { throw WireConnection.Cut() }
        }
    }
}

extension BinderyServer {
    /// Opens a streamed answer.
    func stream(
        _ target: String,
        key: String = BinderyServer.bootstrapKey,
        headers: [String] = []
    ) async throws -> WireStream {
        let stream = try WireStream(address)
        try await stream.open(target, key: key, headers: headers)
        return stream
    }
}
