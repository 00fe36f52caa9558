import Dispatch
import Platform
import Synchronization

/// As much of HashiCorp Vault as reading entries of its KV engine needs, on a loopback port.
final class VaultServer: Sendable {
    /// What the server does instead of its work.
    enum Mood: Sendable {
        case healthy
        case hangs
        case drops
        /// Answers this status line and body.
        case answers(String, String)
    }

    private struct State {
        var mood = Mood.healthy
        var entries: [String: String] = [:]
        var targets: [String] = []
        var tokens: [String] = []
        var isStopped = false
    }

    static let token = "hvs.right-token"
    private static let listenerToken: UInt64 = 0
    private static let wakerToken: UInt64 = 1

    let address: String
    /// The tokens that logins brought, with their leases.
    let leases = VaultLeases()
    private let listener: SocketListener
    private let poller: EventLoopPoller
    private let waker: EventLoopWaker
    private let state = Mutex(State())

    init() throws {
        listener = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        address = "http://\(listener.address)"
        poller = try EventLoopPoller()
        waker = try EventLoopWaker(poller: poller, token: Self.wakerToken)
        try poller.add(listener.descriptor, interest: .readable, token: Self.listenerToken)
        DispatchQueue(label: "vault-server").async { self.run() }
    }

    /// The request targets received so far.
    var targets: [String] { state.withLock { $0.targets } }
    /// The tokens received so far.
    var tokens: [String] { state.withLock { $0.tokens } }

    /// Keeps an entry, whose fields are given as a JSON object, under the target that reads it.
    func put(_ target: String, _ fields: String) {
        state.withLock { $0.entries[target] = fields }
    }

    func feel(_ mood: Mood) { state.withLock { $0.mood = mood } }

    func stop() {
        state.withLock { $0.isStopped = true }
        waker.wake()
    }

    private func run() {
        var peers: [UInt64: (peer: SocketPeer, input: String)] = [:]
        var events = EventLoopPoller.Events()
        var lastToken = Self.wakerToken
        while !state.withLock({ $0.isStopped }) {
            poller.wait(into: &events, timeout: nil)
            for index in 0..<events.count {
                let token = events.token(index)
                if token == Self.listenerToken {
                    guard case .peer(let peer) = listener.accept() else { continue }
                    lastToken += 1
                    peers[lastToken] = (peer, "")
                    do {
                        try poller.add(peer.descriptor, interest: .readable, token: lastToken)
                    } catch {
                        peers[lastToken] = nil
                    }
                } else if var known = peers[token] {
                    let isOpen = serve(known.peer, &known.input)
                    peers[token] = isOpen ? known : nil
                    if !isOpen { poller.remove(known.peer.descriptor) }
                }
            }
        }
    }

    /// Reads what there is and answers whole requests; false when the connection is to be closed.
    private func serve(_ peer: SocketPeer, _ input: inout String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        guard case .bytes(let count) = peer.receive(into: &buffer) else { return false }
        input += String(decoding: buffer[..<count], as: UTF8.self)
        while let end = input.firstRange(of: "\r\n\r\n") {
            let head = String(input[..<end.lowerBound])
            let length = Int(Self.field("Content-Length", of: head) ?? "") ?? 0
            let rest = Array(input[end.upperBound...].utf8)
            guard rest.count >= length else { return true }
            let body = String(decoding: rest.prefix(length), as: UTF8.self)
            input = String(decoding: rest.dropFirst(length), as: UTF8.self)
            switch state.withLock({ $0.mood }) {
            case .hangs: continue
            case .drops: return false
            case .healthy: send(answer(head, body), to: peer)
            case .answers(let status, let body): send((status, body), to: peer)
            }
        }
        return true
    }

    private static func field(_ name: String, of head: String) -> String? {
        let lines = head.split(separator: "\r\n")
        return lines.first { $0.hasPrefix("\(name): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }

    private func answer(_ head: String, _ body: String) -> (status: String, body: String) {
        let lines = head.split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        let token = Self.field("X-Vault-Token", of: head) ?? ""
        let target = String(words[1])
        let namespace = Self.field("X-Vault-Namespace", of: head)
        if let answer = leases.answer(target, token, body, namespace) { return answer }
        let fields = state.withLock { state in
            state.targets.append(target)
            state.tokens.append(token)
            return state.entries[target]
        }
        guard words[0] == "GET", lines.contains("X-Vault-Request: true") else {
            return ("400 Bad Request", "{\"errors\":[]}")
        }
        guard token == Self.token || leases.isGood(token, namespace) else {
            return ("403 Forbidden", "{\"errors\":[\"permission denied\"]}")
        }
        guard let fields else { return ("404 Not Found", "{\"errors\":[]}") }
        return ("200 OK", "{\"request_id\":\"1\",\"data\":{\"data\":\(fields),\"metadata\":{}}}")
    }

    private func send(_ answer: (status: String, body: String), to peer: SocketPeer) {
        let head = "HTTP/1.1 \(answer.status)\r\nContent-Length: \(answer.body.utf8.count)\r\n\r\n"
        var rest = [UInt8]((head + answer.body).utf8)[...]
        while !rest.isEmpty {
            switch peer.send(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: if state.withLock({ $0.isStopped }) { return }
            case .failed: return
            }
        }
    }
}
