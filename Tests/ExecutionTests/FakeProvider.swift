import Dispatch
import Platform
import Synchronization
import Waiting

/// A provider on a loopback port that does to each request what its script says.
final class FakeProvider: Sendable {
    /// What is done about a request, one step after the other.
    enum Step: Sendable {
        /// Sends bytes as they stand.
        case send([UInt8])
        /// Closes the connection.
        case close
        /// Sends nothing until `release` is called, then an empty 200.
        case hold
        /// Sends these bytes when `release` is called.
        case holdBack([UInt8])
    }

    typealias Script = @Sendable (ReceivedRequest) -> [Step]

    private struct State {
        var requests: [ReceivedRequest] = []
        var connectionCount = 0
        var isReleased = false
        var isStopped = false
    }

    private static let listenerToken: UInt64 = 0
    private static let wakerToken: UInt64 = 1

    let port: UInt16
    private let script: Script
    private let listener: SocketListener
    private let poller: EventLoopPoller
    private let waker: EventLoopWaker
    private let state = Mutex(State())

    /// Starts a server.
    init(host: String = "127.0.0.1", _ script: @escaping Script) throws {
        self.script = script
        listener = try SocketListener(address: SocketAddress(host: host, port: 0))
        port = listener.address.port
        poller = try EventLoopPoller()
        waker = try EventLoopWaker(poller: poller, token: Self.wakerToken)
        try poller.add(listener.descriptor, interest: .readable, token: Self.listenerToken)
        DispatchQueue(label: "fake-provider").async { self.run() }
    }

    /// The requests received so far.
    var requests: [ReceivedRequest] { state.withLock { $0.requests } }
    /// The connections accepted so far.
    var connectionCount: Int { state.withLock { $0.connectionCount } }
    /// The URL of `target` here.
    func url(_ target: String = "/", host: String = "127.0.0.1") -> String {
        "http://\(host):\(port)\(target)"
    }

    /// Answers what is held, now and from now on.
    func release() {
        state.withLock { $0.isReleased = true }
        waker.wake()
    }

    /// Closes everything.
    func stop() {
        state.withLock { $0.isStopped = true }
        waker.wake()
    }

    /// Waits until `count` requests have been received.
    func received(_ count: Int) async throws {
        try await Wait.until("\(count) requests") { requests.count >= count }
    }

    // MARK: On the server's thread

    private struct Connection {
        let peer: SocketPeer
        var input: [UInt8] = []
        var held: [[UInt8]] = []
    }

    private func run() {
        var connections: [UInt64: Connection] = [:]
        var events = EventLoopPoller.Events()
        while true {
            poller.wait(into: &events, timeout: nil)
            let (isStopped, isReleased) = state.withLock { ($0.isStopped, $0.isReleased) }
            if isStopped { return }
            for index in 0..<events.count {
                switch events.token(index) {
                case Self.listenerToken: accept(into: &connections)
                case Self.wakerToken: waker.acknowledge()
                case let token: serve(token, &connections)
                }
            }
            guard isReleased else { continue }
            for token in connections.keys { answerHeld(&connections[token]) }
        }
    }

    private func accept(into connections: inout [UInt64: Connection]) {
        guard case .peer(let peer) = listener.accept() else { return }
        let number = state.withLock { state in
            state.connectionCount += 1
            return state.connectionCount
        }
        let token = UInt64(number) + 1
        connections[token] = Connection(peer: peer)
        do {
            try poller.add(peer.descriptor, interest: .readable, token: token)
        } catch {
            connections[token] = nil
        }
    }

    private func serve(_ token: UInt64, _ connections: inout [UInt64: Connection]) {
        guard var connection = connections[token] else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        guard case .bytes(let count) = connection.peer.receive(into: &buffer) else {
            return close(token, &connections)
        }
        connection.input += buffer[..<count]
        while let request = ReceivedRequest(from: &connection.input, connection: Int(token) - 1) {
            state.withLock { $0.requests.append(request) }
            for step in script(request) {
                switch step {
                case .send(let bytes): send(bytes, to: connection.peer)
                case .close: return close(token, &connections)
                case .hold:
                    connection.held.append(
                        Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
                    )
                case .holdBack(let bytes): connection.held.append(bytes)
                }
            }
        }
        connections[token] = connection
    }

    private func answerHeld(_ connection: inout Connection?) {
        guard let held = connection else { return }
        for bytes in held.held { send(bytes, to: held.peer) }
        connection?.held = []
    }

    private func close(_ token: UInt64, _ connections: inout [UInt64: Connection]) {
        guard let connection = connections[token] else { return }
        poller.remove(connection.peer.descriptor)
        connections[token] = nil
    }

    private func send(_ bytes: [UInt8], to peer: SocketPeer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch peer.send(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            // The reader is another thread of this process, so that waiting here is short.
            case .wouldBlock: if state.withLock({ $0.isStopped }) { return }
            case .failed: return
            }
        }
    }
}

extension [FakeProvider.Step] {
    /// An answer with a length, on a connection that stays open.
    static func answer(
        _ status: String = "200 OK",
        _ headers: [String] = [],
        body: String = ""
    ) -> Self {
        let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)"]
        return .text(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Held back until `release` is called.
    var held: Self {
        map { step in
            guard case .send(let bytes) = step else { return step }
            return .holdBack(bytes)
        }
    }

    /// A redirect.
    static func redirect(_ status: Int = 302, to location: String) -> Self {
        .answer("\(status) Found", ["Location: \(location)"], body: "moved")
    }

    /// Bytes as they stand.
    static func text(_ text: String) -> Self { [.send([UInt8](text.utf8))] }
}
