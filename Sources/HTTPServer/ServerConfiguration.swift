public import HTTPWire
public import Platform

/// Where the server listens, and every bound it keeps.
public struct ServerConfiguration: Sendable {
    /// The addresses to listen on for plain HTTP.
    public var addresses: [SocketAddress]
    /// The addresses to listen on for HTTPS; they need `tls`.
    public var secureAddresses: [SocketAddress] = []
    /// The Unix-domain sockets to listen on, for plain HTTP of processes on this machine.
    ///
    /// All their peers are named `unix`, and count against `peerCountMax` alone.
    public var unixSockets: [UnixSocketPath] = []
    /// The certificates of the secure addresses.
    public var tls: ServerTLS?
    /// For how long, in seconds, browsers are told to come over HTTPS alone (RFC 6797); 0 to tell
    /// them nothing.
    ///
    /// Default 0. Said in answers over TLS only.
    public var strictTransportSeconds = 0
    /// The sizes beyond which a request is refused.
    public var limits = HTTPLimits()
    /// How long each thing may take.
    public var deadlines = ServerDeadlines()
    /// The most connections at one time; the next are answered 503.
    ///
    /// Default 10,000. Each needs a file descriptor.
    public var peerCountMax = 10_000
    /// The most connections of one client address at one time; the next are answered 503.
    ///
    /// Default 10,000, no limit of its own: a proxy's clients share its address.
    public var peerCountMaxPerAddress = 10_000
    /// How slow a client may be.
    public var rates = ServerRates()
    /// The most requests of one connection; the answer to the last one says that it closes.
    ///
    /// Default 1,000,000: no client notices, and nothing that a connection could gather, here or
    /// in a balancer in front, grows for ever.
    public var requestCountMaxPerPeer = 1_000_000
    /// The most memory for requests of all connections together, in bytes; beyond it 503.
    ///
    /// Default 256 MiB. Counts heads and bodies that are arriving and bodies whose operation runs.
    public var requestByteCountMax = 256 << 20
    /// The most input that waits behind a running request, in bytes; also what one receive takes.
    ///
    /// Default 64 KiB. A client that pipelines more is not read until its answers are out.
    public var inputByteCountMax = 64 << 10
    /// Up to this size pipelined answers are sent together, in bytes; with more unsent than that no
    /// further request is served.
    ///
    /// Default 256 KiB. A streamed answer's writer waits while more than a quarter of it is unsent.
    public var outputByteCountMax = 256 << 10
    /// The most that is read and dropped of a client after its last answer, in bytes.
    ///
    /// Default 256 MiB: a client that looks up only when it has sent everything sees why it was
    /// refused.
    public var lingerByteCountMax = 256 << 20
    /// How many event loops serve the peers; one for each processor by default.
    public var loopCount = EventLoopQueue.processorCount

    /// A streamed answer's writer waits while more than this is unsent.
    var streamByteCountMax: Int { outputByteCountMax / 4 }

    /// The defaults, on one address.
    public init(address: SocketAddress) { self.init(addresses: [address]) }

    /// The defaults, on these addresses for plain HTTP.
    public init(addresses: [SocketAddress]) { self.addresses = addresses }

    /// Connections over the limit that are told so at the same time; more are closed unanswered.
    static let peerOverflowMax = 128
    /// Descriptors wanted beside those of the served peers: for the ones told that there are too
    /// many, the loops, and the rest of the process.
    static let descriptorReserve = 1_024
    /// A body from this size on is sent from where it lies, instead of being copied.
    static let directBodyByteCountMin = 64 << 10
}

/// How long each thing may take before the server gives up on it.
public struct ServerDeadlines: Sendable {
    /// From a connection's start to the end of its TLS handshake, then it is closed.
    ///
    /// Default 10 s.
    public var tlsHandshake = Duration.seconds(10)
    /// From a request's first byte to the end of its head, then 408.
    ///
    /// Default 10 s; also how long a new connection may say nothing.
    public var header = Duration.seconds(10)
    /// From the end of the head to the end of the body, then 408.
    ///
    /// Default 30 s.
    public var body = Duration.seconds(30)
    /// Between two requests of a connection, then it is closed.
    ///
    /// Default 75 s.
    public var idle = Duration.seconds(75)
    /// Without progress while an answer is sent, then the connection is closed.
    ///
    /// Default 30 s.
    public var writeStall = Duration.seconds(30)
    /// For the peer to read a last answer and close, before the server does.
    ///
    /// Default 15 s.
    public var linger = Duration.seconds(15)
    /// For running requests after a shutdown began.
    ///
    /// Default 30 s.
    public var drain = Duration.seconds(30)
    /// For a request that is on its way when a shutdown begins: until then a silent connection
    /// stays open.
    ///
    /// Default 500 ms.
    public var drainIdle = Duration.milliseconds(500)

    /// The defaults.
    public init() {}

    /// How often deadlines are looked at: often enough for the shortest of them.
    var sweepInterval: Duration {
        let all = [tlsHandshake, header, body, idle, writeStall, linger, drain]
        let shortest = all.min() ?? .zero
        return Self.sweepInterval(for: shortest)
    }

    /// How often a deadline is looked at, so that it is met at most a quarter of itself late.
    ///
    /// No timer exists for each peer.
    static func sweepInterval(for deadline: Duration) -> Duration {
        min(.seconds(1), max(.milliseconds(10), deadline / 4))
    }
}
