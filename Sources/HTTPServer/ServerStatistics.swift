public import HTTPWire
import Synchronization

/// What the server has done since it started.
public struct ServerStatistics: Sendable, Hashable {
    /// Connections open now.
    public var peers = 0
    /// Connections accepted.
    public var accepted = 0
    /// Requests handed to the handler.
    public var requests = 0
    /// Requests that the server core refused itself.
    public var refusals = 0
    /// Turns of the loops: each serves all that was ready when it began.
    public var turns = 0
    /// The memory that requests take which are arriving or being served, in bytes.
    public var requestByteCount = 0
    /// How often each limit closed a connection; the ones that never did are left out.
    public var limitsReached: [ServerLimit: Int] = [:]
    /// How often the server core refused, by the reason; the ones for which it never did are left
    /// out.
    public var refusalsByReason: [HTTPRefusal.Reason: Int] = [:]
    /// TLS handshakes that were completed, the resumed ones included.
    public var handshakes = 0
    /// TLS handshakes that took up an earlier session.
    public var handshakesResumed = 0
    /// TLS handshakes that failed: no TLS, no version, cipher, protocol or certificate in common.
    public var handshakesFailed = 0
    /// TLS handshakes that took too long.
    public var handshakesTimedOut = 0

    /// Nothing yet.
    public init() {}
}

/// One loop's counters, written by it alone and read by anyone.
final class LoopCounters: Sendable {
    private let accepted = Atomic<Int>(0)
    private let closed = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)
    private let refusals = Atomic<Int>(0)
    private let turns = Atomic<Int>(0)
    private let refusalReasons = RefusalCounters()
    /// How often limits closed a connection of this loop.
    let limits = LimitCounters()
    private let handshakes = HandshakeCounters()

    func countAccepted() { accepted.wrappingAdd(1, ordering: .relaxed) }
    func countClosed() { closed.wrappingAdd(1, ordering: .relaxed) }
    func countRequest() { requests.wrappingAdd(1, ordering: .relaxed) }
    func countRefusal(_ reason: HTTPRefusal.Reason) {
        refusals.wrappingAdd(1, ordering: .relaxed)
        refusalReasons.count(reason)
    }
    func countHandshake(_ end: HandshakeCounters.End, isResumed: Bool = false) {
        handshakes.count(end, isResumed: isResumed)
    }
    func countTurn() { turns.wrappingAdd(1, ordering: .relaxed) }

    /// Adds this loop's figures to `total`.
    ///
    /// The closed are read before the accepted, so that a race never shows fewer than no peers.
    func add(to total: inout ServerStatistics) {
        let closed = closed.load(ordering: .acquiring)
        let accepted = accepted.load(ordering: .relaxed)
        total.peers += max(0, accepted - closed)
        total.accepted += accepted
        total.requests += requests.load(ordering: .relaxed)
        total.refusals += refusals.load(ordering: .relaxed)
        total.turns += turns.load(ordering: .relaxed)
        refusalReasons.add(to: &total)
        limits.add(to: &total)
        handshakes.add(to: &total)
    }
}
