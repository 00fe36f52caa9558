import JSON
import Platform

/// A connection to a server, on which one request follows the other.
final class WireConnection {
    /// The server closed or reset the connection where an answer was due.
    struct Cut: Error {}

    private let socket: any WireSocket
    private var unread: [UInt8] = []

    init(_ address: SocketAddress) throws { socket = try SocketPeer(connectingTo: address) }

    /// A connection over a socket that is connected already.
    init(over socket: any WireSocket) { self.socket = socket }

    /// Sends a request.
    func send(
        _ method: String,
        _ target: String,
        headers: [String],
        body: [UInt8]
    ) async throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers
        if !body.isEmpty || method != "GET" { lines.append("Content-Length: \(body.count)") }
        try await socket.sendWhole(
            Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        )
    }

    /// Reads an answer, which has a length.
    func answer() async throws -> WireAnswer {
        var end = Self.headEnd(unread)
        while end == nil {
            try await receive()
            end = Self.headEnd(unread)
        }
        var answer = WireAnswer(head: String(decoding: unread[..<(end ?? 0)], as: UTF8.self))
        unread.removeFirst(end ?? 0)
        let length = answer["content-length"].flatMap { Int($0) } ?? 0
        while unread.count < length { try await receive() }
        answer.body = Array(unread[..<length])
        unread.removeFirst(length)
        return answer
    }

    private func receive() async throws {
        guard let bytes = try await socket.receiveSome() else { throw Cut() }
        unread += bytes
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let end = bytes.firstRange(of: [13, 10, 13, 10])
        return end?.upperBound
    }
}

/// An answer, as it came over the socket.
struct WireAnswer: Sendable, CustomStringConvertible {
    let status: Int
    let head: String
    var body: [UInt8] = []
    private let fields: [String: String]

    init(head: String) {
        self.head = head
        let lines = head.split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] =
                parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
        self.fields = fields
    }

    /// The value of a field, named in lower case.
    subscript(name: String) -> String? { fields[name] }

    /// The body as JSON; null when it is none.
    var json: JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            return .null
        }
    }

    /// The problem's code.
    var code: String? { json["code"]?.string }
    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(status) \(text.prefix(600))" }
}
