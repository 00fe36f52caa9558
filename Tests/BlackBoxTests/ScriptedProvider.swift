import Dispatch
import HTTPWire
import Platform
import Synchronization

/// A provider on the loopback interface that does with each request what it was told to.
final class ScriptedProvider: Sendable {
    /// What is done with a request.
    enum Reply: Sendable {
        /// A whole answer.
        case answer(String, headers: [String] = [], body: String)
        /// These bytes, and the connection is closed.
        case bytes(String)
        /// The connection is closed without an answer.
        case close
        /// Nothing, until `release`; then the answer.
        case hold
    }

    private struct State {
        var reply: @Sendable (HTTPRequest) -> Reply = { _ in .ok }
        var requests: [HTTPRequest] = []
        var isReleased = false
        var isStopped = false
    }

    private struct Peer {
        let socket: SocketPeer
        var parser = RequestParser(limits: HTTPLimits(), peerAddress: "127.0.0.1")
        var isHeld = false
    }

    private static let listenerToken: UInt64 = 0
    private static let wakerToken: UInt64 = 1

    let url: String
    private let listener: SocketListener
    private let poller: EventLoopPoller
    private let waker: EventLoopWaker
    private let state = Mutex(State())

    init(_ reply: @escaping @Sendable (HTTPRequest) -> Reply = { _ in .ok }) throws {
        listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        url = "http://\(listener.address)"
        poller = try EventLoopPoller()
        waker = try EventLoopWaker(poller: poller, token: Self.wakerToken)
        try poller.add(listener.descriptor, interest: .readable, token: Self.listenerToken)
        state.withLock { $0.reply = reply }
        DispatchQueue(label: "scripted-provider").async { self.run() }
    }

    /// A URL where nobody listens: an address of the loopback block that no test uses.
    static let closedURL = "http://127.99.99.99:9"

    /// The requests received so far.
    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    /// Does from now on something else with requests.
    func reply(_ reply: @escaping @Sendable (HTTPRequest) -> Reply) {
        state.withLock { $0.reply = reply }
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

    // MARK: On the provider's thread

    private func run() {
        var peers: [UInt64: Peer] = [:]
        var events = EventLoopPoller.Events()
        var lastToken = Self.wakerToken
        while !state.withLock({ $0.isStopped }) {
            poller.wait(into: &events, timeout: nil)
            for index in 0..<events.count {
                switch events.token(index) {
                case Self.wakerToken: waker.acknowledge()
                case Self.listenerToken:
                    lastToken += 1
                    accept(lastToken, &peers)
                case let token: serve(token, &peers)
                }
            }
            guard state.withLock({ $0.isReleased }) else { continue }
            for (token, peer) in peers where peer.isHeld {
                peers[token]?.isHeld = false
                _ = send(.ok, to: peer.socket)
            }
        }
    }

    private func accept(_ token: UInt64, _ peers: inout [UInt64: Peer]) {
        guard case .peer(let socket) = listener.accept() else { return }
        do {
            try poller.add(socket.descriptor, interest: .readable, token: token)
            peers[token] = Peer(socket: socket)
        } catch {
            // The connection is closed with its last reference.
        }
    }

    private func serve(_ token: UInt64, _ peers: inout [UInt64: Peer]) {
        guard var peer = peers[token] else { return }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var isOpen = false
        if case .bytes(let count) = peer.socket.receive(into: &buffer) {
            isOpen = answer(buffer[..<count], &peer)
        }
        peers[token] = isOpen ? peer : nil
        if !isOpen { poller.remove(peer.socket.descriptor) }
    }

    /// Whether the connection stays open.
    private func answer(_ input: ArraySlice<UInt8>, _ peer: inout Peer) -> Bool {
        var rest = input
        while !rest.isEmpty {
            guard case .request(let request, let count) = peer.parser.advance(over: rest) else {
                return true
            }
            rest = rest.dropFirst(count)
            let reply =
                state.withLock { state in
                    state.requests.append(request)
                    return state.reply
                }(request)
            if case .hold = reply { peer.isHeld = true }
            guard send(reply, to: peer.socket) else { return false }
        }
        return true
    }

    /// Whether the connection stays open.
    private func send(_ reply: Reply, to socket: SocketPeer) -> Bool {
        var rest = Array(reply.text.utf8)[...]
        while !rest.isEmpty {
            switch socket.send(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: if state.withLock({ $0.isStopped }) { return false }
            case .failed: return false
            }
        }
        return reply.keepsOpen
    }
}

extension ScriptedProvider.Reply {
    /// What a provider answers that is content.
    static let ok = ScriptedProvider.Reply.answer("200 OK", body: "{\"id\":\"ch_1\"}")

    fileprivate var text: String {
        switch self {
        case .answer(let status, let headers, let body):
            (["HTTP/1.1 \(status)"] + headers
                + [
                    "Content-Type: application/json", "Content-Length: \(body.utf8.count)", "",
                    body,
                ])
                .joined(separator: "\r\n")
        case .bytes(let text): text
        case .close, .hold: ""
        }
    }

    fileprivate var keepsOpen: Bool {
        switch self {
        case .answer, .hold: true
        case .bytes, .close: false
        }
    }
}
