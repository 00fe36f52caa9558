import HTTPWire
import Platform

/// Serves a share of the peers on one thread: waits, reads, handles, answers, sweeps deadlines.
///
/// The path of a request: `PeerLoop+Reading` receives into one buffer that all peers share and
/// feeds the parser; `PeerLoop+Answering` calls the handler and renders into one output buffer;
/// `PeerLoop+Sending` sends the batch with one call and decides what the peer waits for next;
/// `PeerLoop+Streaming` takes the pieces of long answers; `PeerLoop+Deadlines` gives up on what
/// takes too long. Everything here is confined to the loop's thread by construction: the object
/// is made on it and is not `Sendable`; whatever comes from elsewhere is a message in the port.
final class PeerLoop {
    let configuration: ServerConfiguration
    let handler: any HTTPHandler
    let poller: EventLoopPoller
    let port: LoopPort
    let counters: LoopCounters
    let budget: PeerBudget
    let memory: RequestMemory

    var peers = PeerTable()
    /// Where every receive puts its bytes; nothing keeps them when the event is over.
    var input: [UInt8]
    /// The answers of the peer being served; empty between peers.
    var output: [UInt8] = []
    /// The time of this turn of the loop.
    var now = MonotonicClock.now
    /// When to give up on what still runs; nil until the server drains.
    var drainDeadline: MonotonicInstant?
    /// The `Date` line of this second.
    var dateLine: [UInt8] = []
    /// The same, and what is said over TLS only.
    var secureDateLine: [UInt8] = []
    /// Suspended operations and streamed bodies that have not ended, whether or not their peer
    /// is still there: a drain waits for them.
    var taskCount = 0
    /// When deadlines are looked at next.
    var sweepInstant = MonotonicInstant.never
    /// TLS peers that wait for input of which some may lie in their session already.
    var pendingReads: [PeerToken] = []
    /// How often deadlines are looked at.
    var sweepInterval: Duration

    private var dateSeconds = -1
    private let strictTransportLine: [UInt8]

    /// The token of the port's wakes, which no peer has.
    static let wakeToken = UInt64.max

    /// What the loop needs from the server; all of it may cross threads, the loop may not.
    struct Parts: Sendable {
        let configuration: ServerConfiguration
        let handler: any HTTPHandler
        let poller: EventLoopPoller
        let port: LoopPort
        let counters: LoopCounters
        let budget: PeerBudget
        let memory: RequestMemory
    }

    init(_ parts: Parts) {
        configuration = parts.configuration
        handler = parts.handler
        poller = parts.poller
        port = parts.port
        counters = parts.counters
        budget = parts.budget
        strictTransportLine = Self.strictTransportLine(parts.configuration)
        memory = parts.memory
        input = [UInt8](repeating: 0, count: parts.configuration.inputByteCountMax)
        sweepInterval = min(
            parts.configuration.deadlines.sweepInterval,
            ServerDeadlines.sweepInterval(for: parts.configuration.rates.bodyGrace)
        )
    }

    /// Serves until the server has drained.
    func run() {
        var events = EventLoopPoller.Events()
        while !isDrained {
            let isSweeping = peers.count > 0 || drainDeadline != nil
            let timeout = isSweeping ? sweepInterval : nil
            poller.wait(into: &events, timeout: pendingReads.isEmpty ? timeout : .zero)
            startTurn()
            var wasWoken = false
            for index in 0..<events.count {
                let token = events.token(index)
                if token == Self.wakeToken {
                    wasWoken = true
                } else {
                    serve(PeerToken(rawValue: token), events.readiness(index))
                }
            }
            if wasWoken { for message in port.take() { receive(message) } }
            if !pendingReads.isEmpty { readPending() }
            sweepIfDue()
        }
        for message in port.close() { refuse(message) }
    }

    /// Closes a peer, whatever it is doing, and lets go of everything that waits for it.
    func close(_ peer: Peer) {
        guard peer.phase != .closed else { return }
        // An end that the peer can tell from a cut; when the socket is full, it has to.
        _ = peer.transport.endSession()
        peer.phase = .closed
        peer.outbox = Outbox()
        peer.backlog = []
        peer.stream?.cancel()
        resumeWriters(of: peer, goOn: false)
        poller.remove(peer.socket.descriptor)
        forget(peer)
    }

    /// Changes what the poller watches for, when it differs.
    func watch(_ peer: Peer, for wanted: Readiness) {
        let interest = peer.transport.interest(for: wanted)
        guard peer.interest != interest else { return }
        peer.interest = interest
        poller.change(peer.socket.descriptor, interest: interest, token: peer.token.rawValue)
    }

    /// Whether a drain is over: nobody is served and nothing runs, or its time has passed.
    private var isDrained: Bool {
        guard let drainDeadline, peers.count == 0 else { return false }
        return taskCount == 0 || now >= drainDeadline
    }

    private func startTurn() {
        counters.countTurn()
        now = MonotonicClock.now
        let seconds = MonotonicClock.calendarSeconds
        guard seconds != dateSeconds else { return }
        dateSeconds = seconds
        dateLine = HTTPDate.fieldLine(secondsSince1970: max(0, seconds))
        secureDateLine = dateLine + strictTransportLine
    }

    private func receive(_ message: LoopMessage) {
        switch message {
        case .accepted(let socket, let isTLS, let isRefused):
            adopt(socket, isTLS: isTLS, isRefused: isRefused)
        case .answer(let token, let response):
            taskCount -= 1
            guard let peer = peers[token], peer.phase == .waiting else { return }
            answer(peer, response)
            flush(peer)
        case .piece(let stream, let bytes, let reply): take(bytes, of: stream, reply)
        case .streamEnded(let stream, let isWhole):
            taskCount -= 1
            end(stream, isWhole: isWhole)
        case .drain(let deadline): drain(until: deadline)
        }
    }

    /// Answers a message that came too late.
    private func refuse(_ message: LoopMessage) {
        switch message {
        case .piece(_, _, let reply): reply.resume(returning: false)
        case .accepted(let socket, _, let isRefused):
            budget.release(from: socket.address.host, isRefused: isRefused)
        case .answer, .streamEnded, .drain: break
        }
    }

    private func adopt(_ socket: SocketPeer, isTLS: Bool, isRefused: Bool) {
        counters.countAccepted()
        let tls = isTLS ? configuration.tls.flatMap { TLSSession($0.current, over: socket) } : nil
        let transport = PeerTransport(socket: socket, tls: tls)
        let limits = configuration.limits
        let peer = peers.insert { token in
            Peer(transport: transport, token: token, limits: limits, isRefused: isRefused)
        }
        // There is no memory for a session: the peer cannot be served.
        guard !isTLS || tls != nil else { return forget(peer) }
        do throws(SystemError) {
            let token = peer.token.rawValue
            try poller.add(socket.descriptor, interest: .readable, token: token)
        } catch {
            // The kernel is out of memory for watches: this peer cannot be served.
            return forget(peer)
        }
        if sweepInstant == .never { sweepInstant = now + sweepInterval }
        guard isTLS else { return welcome(peer) }
        peer.phase = .handshaking
        arm(peer, .handshake, after: handshakeDuration)
    }

    private func forget(_ peer: Peer) {
        peers.remove(peer.token)
        releaseMemory(of: peer)
        budget.release(from: peer.socket.address.host, isRefused: peer.isRefused)
        counters.countClosed()
    }
}
