import HTTPWire
import Platform

/// One client's connection, and what it is doing.
///
/// Belongs to one loop and never leaves it: other threads name it by its token. Between requests
/// it holds no buffer.
final class Peer {
    /// What the connection is doing; the answer's unsent bytes are told by `outbox`.
    enum Phase {
        /// In a TLS handshake.
        case handshaking
        /// Between requests, or in the middle of one.
        case reading
        /// A suspended operation computes the answer.
        case waiting
        /// A task writes the answer piece by piece.
        case streaming
        /// The last answer is being sent.
        case closing
        /// The last answer is sent; the peer's rest is read and dropped until it closes.
        case lingering
        /// Gone.
        case closed
    }

    /// What a deadline stands for.
    enum DeadlineKind { case none, handshake, idle, header, body, write, linger }

    /// What the client may still be sending when its last answer is out.
    enum Rest { case nothing, furtherRequests, refusedRequest }

    /// The request being answered, as far as its answer depends on it.
    struct Exchange {
        /// Counts the connection's requests.
        var number = 0
        var isHTTP11 = true
        var isHead = false
        /// Whether the client would send another request.
        var keepsAlive = false
    }

    let transport: PeerTransport
    let token: PeerToken
    /// Whether it was one too many, and is only told so.
    let isRefused: Bool
    var parser: RequestParser
    var phase = Phase.reading
    var exchange = Exchange()
    /// Input behind the request that runs; at most what one receive takes.
    var backlog: ArraySlice<UInt8> = []
    var outbox = Outbox()
    /// What the poller watches for.
    var interest = Readiness.readable
    var deadlineKind = DeadlineKind.none
    /// The exchange in which the deadline was set: the next one's starts anew.
    var deadlineExchange = 0
    /// Whether the client has ended its side; it still gets its answers.
    var isInputEnded = false
    /// What the client may still be sending when its last answer is out.
    var rest = Rest.nothing
    /// What it may still send then, in bytes.
    var lingerByteCountLeft = 0
    /// The task that writes a streamed answer.
    var stream: Task<Void, Never>?
    /// Whether the connection closes after the streamed answer.
    var closesAfterStream = false
    /// Writers of the streamed answer that wait for the socket.
    var writers: [LoopMessage.Reply] = []
    /// What is measured of a body that arrives or an answer that waits.
    var window = TransferWindow()
    /// What its parser holds, as far as `RequestMemory` knows.
    var memoryByteCount = 0

    /// The certificate that the client showed; nil for none.
    var clientCertificate: ClientCertificate?

    init(transport: PeerTransport, token: PeerToken, limits: HTTPLimits, isRefused: Bool) {
        self.transport = transport
        self.token = token
        self.isRefused = isRefused
        parser = RequestParser(limits: limits, peerAddress: transport.socket.address.host)
    }

    var socket: SocketPeer { transport.socket }

    /// Whether nothing of a request has arrived and none is answered.
    var isIdle: Bool {
        phase == .reading && parser.isIdle && backlog.isEmpty && outbox.isEmpty
    }

    /// Notes the request that is answered next.
    func begin(_ request: HTTPRequest) {
        exchange.number &+= 1
        exchange.isHTTP11 = request.isHTTP11
        exchange.isHead = request.method == .head
        exchange.keepsAlive = request.keepsAlive
    }
}
