import Platform

/// A client that sends exactly the bytes it is told to, and reads answers as they come.
///
/// Waits by short sleeps, so that it holds no thread that a suspended handler may need.
final class WireClient {
    /// How a connection failed the client.
    enum Failure: Error, Hashable { case reset, cutShort, timedOut }

    private let socket: any WireSocket
    private var unread: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(_ address: SocketAddress) throws { socket = try SocketPeer(connectingTo: address) }

    /// A client over a connection that is made already.
    init(over socket: any WireSocket) { self.socket = socket }

    /// Sends all of the text, waiting for the socket where it must.
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        var patience = Patience()
        var rest = bytes[...]
        while !rest.isEmpty {
            switch socket.send(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: try await patience.pause()
            case .failed: throw Failure.reset
            }
        }
    }

    /// Sends what the socket takes without waiting; answers how much that was.
    func sendNow(_ bytes: [UInt8]) -> Int {
        guard case .bytes(let count) = socket.send(bytes[...]) else { return 0 }
        return count
    }

    /// Ends this side of the connection; answers can still be read.
    func endSending() { socket.endSending() }

    /// Reads the next answer; nil when the connection ended in order before it began.
    func answer(toHead: Bool = false) async throws -> WireAnswer? {
        var head = Self.headLength(of: unread)
        while head == nil {
            guard try await receive() else {
                guard unread.isEmpty else { throw Failure.cutShort }
                return nil
            }
            head = Self.headLength(of: unread)
        }
        var answer = WireAnswer(head: unread.prefix(head ?? 0))
        unread.removeFirst(head ?? 0)
        try await readBody(of: &answer, toHead: toHead)
        return answer
    }

    /// Whether bytes have arrived that no answer has taken.
    func hasUnread() throws -> Bool {
        _ = try receiveNow()
        return !unread.isEmpty
    }

    /// Reads to the end of the connection; throws when it was reset.
    func readToEnd() async throws -> [UInt8] {
        while try await receive() {}
        defer { unread = [] }
        return unread
    }

    private func readBody(of answer: inout WireAnswer, toHead: Bool) async throws {
        guard !toHead, answer.status >= 200, ![204, 304].contains(answer.status) else { return }
        if answer["transfer-encoding"] == "chunked" {
            while let chunk = try await readChunk(), !chunk.isEmpty { answer.body += chunk }
        } else if let length = answer["content-length"].flatMap({ text in Int(text) }) {
            answer.body = try await read(length)
        } else {
            answer.body = try await readToEnd()
        }
    }

    /// Reads one chunk; the last one is empty.
    private func readChunk() async throws -> [UInt8]? {
        var line: [UInt8] = []
        while !line.suffix(2).elementsEqual([13, 10]) { line += try await read(1) }
        let size = String(decoding: line.dropLast(2), as: UTF8.self)
        guard let length = Int(size, radix: 16) else { throw Failure.cutShort }
        let data = try await read(length + 2)
        guard data.suffix(2).elementsEqual([13, 10]) else { throw Failure.cutShort }
        return data.dropLast(2)
    }

    private func read(_ count: Int) async throws -> [UInt8] {
        while unread.count < count {
            guard try await receive() else { throw Failure.cutShort }
        }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    /// Waits for bytes; false at the end of the stream.
    private func receive() async throws -> Bool {
        var patience = Patience()
        while true {
            if let isOpen = try receiveNow() { return isOpen }
            try await patience.pause()
        }
    }

    /// Takes what is there; nil when nothing is, false at the end of the stream.
    private func receiveNow() throws -> Bool? {
        switch socket.receive(into: &buffer) {
        case .bytes(let count):
            unread += buffer[..<count]
            return true
        case .ended: return false
        case .failed: throw Failure.reset
        case .wouldBlock: return nil
        }
    }

    private static func headLength(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[(end - 4)..<end].elementsEqual([13, 10, 13, 10]) {
            return end
        }
        return nil
    }
}

/// Sleeps a little at a time, and fails when that was for nothing for far too long.
struct Patience {
    private var pauseCountLeft = 10_000

    mutating func pause() async throws {
        pauseCountLeft -= 1
        guard pauseCountLeft > 0 else { throw WireClient.Failure.timedOut }
        try await Task.sleep(for: .milliseconds(1))
    }

    /// Waits until the condition holds.
    static func wait(until condition: () throws -> Bool) async throws {
        var patience = Patience()
        while try !condition() { try await patience.pause() }
    }
}
