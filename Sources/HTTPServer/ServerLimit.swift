/// A limit that closed a connection, or kept one out; the label of its metric.
public enum ServerLimit: String, Sendable, Hashable, CaseIterable {
    /// A head did not arrive within `ServerDeadlines.header`; answered 408.
    case headerTimeout = "header_timeout"
    /// A body did not arrive within `ServerDeadlines.body`; answered 408.
    case bodyTimeout = "body_timeout"
    /// A body arrived slower than `ServerRates.bodyByteCount`; answered 408.
    case slowBody = "slow_body"
    /// A client took nothing of an answer for `ServerDeadlines.writeStall`.
    case writeStall = "write_stall"
    /// A client took an answer slower than `ServerRates.answerByteCount`.
    case slowReader = "slow_reader"
    /// Nothing was asked for `ServerDeadlines.idle`, or at first for `ServerDeadlines.header`.
    case idle = "idle_timeout"
    /// A client had its last answer and did not close within `ServerDeadlines.linger`.
    case linger = "linger_timeout"
    /// A client went on sending after its last answer.
    case lingerBytes = "linger_bytes"
    /// A connection was one more than `peerCountMax`; answered 503.
    case peers = "peer_limit"
    /// A connection was one more than `peerCountMaxPerAddress`; answered 503.
    case peersPerAddress = "address_limit"
    /// So many are being answered 503 that this one was closed unanswered.
    case peerOverflow = "peer_overflow"
    /// The process or the system had no descriptor left for a connection; closed unanswered.
    case acceptExhausted = "accept_exhausted"
    /// A connection has served `requestCountMaxPerPeer`; its last answer said so.
    case requestsPerPeer = "requests_per_peer"
    /// All requests together would have taken more than `requestByteCountMax`; answered 503.
    case requestMemory = "request_memory"
    /// A TLS handshake did not end within `ServerDeadlines.tlsHandshake`.
    case handshake = "handshake_timeout"
    /// A drain ended before the connection did.
    case drain = "drain_deadline"

    /// Its place in a list of counters.
    static let places = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { place, limit in (limit, place) }
    )
}
