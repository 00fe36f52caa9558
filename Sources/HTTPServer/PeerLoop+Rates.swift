import HTTPWire
import Platform

/// Minimum transfer rates; looked at by the sweep alone, so that they cost a request nothing.
extension PeerLoop {
    /// Gives a body its deadline when it begins to arrive: the end of its grace comes first.
    func armBody(of peer: Peer) {
        guard peer.deadlineKind != .body || peer.deadlineExchange != peer.exchange.number
        else { return }
        peer.window.start = now
        rearm(peer, .body, after: bodyLookInterval)
    }

    /// Looks at a body whose deadline or whose time for a look has come.
    func lookAtBody(of peer: Peer) {
        let elapsed = now - peer.window.start
        let (rate, byteCount) = (configuration.rates.bodyByteCount, peer.parser.bodyByteCount)
        guard elapsed < configuration.deadlines.body else {
            return giveUp(on: peer, .bodyTimeout, "The body took too long to arrive.")
        }
        guard ServerRates.isKept(rate, byteCount: byteCount, in: elapsed) else {
            return giveUp(on: peer, .slowBody, "The body arrives too slowly.")
        }
        rearm(peer, .body, after: min(bodyLookInterval, configuration.deadlines.body - elapsed))
    }

    /// Notes what waits for a client that does not take it at once.
    func openWindow(of peer: Peer) {
        peer.window.start = now
        peer.window.waitingByteCount = waitingByteCount(of: peer)
        peer.window.appendedByteCount = peer.outbox.appendedByteCount
    }

    /// Closes a client that has taken too little since its window was opened; else opens another.
    func lookAtReader(_ peer: Peer) {
        let window = peer.window
        let appended = peer.outbox.appendedByteCount - window.appendedByteCount
        let taken = window.waitingByteCount + appended - waitingByteCount(of: peer)
        // Who takes nothing is stalled, whatever rate is asked for.
        guard taken > 0 else { return end(peer, .writeStall) }
        let rate = configuration.rates.answerByteCount
        guard ServerRates.isKept(rate, byteCount: taken, in: now - window.start) else {
            return end(peer, .slowReader)
        }
        rearm(peer, .write, after: configuration.deadlines.writeStall)
    }

    /// Answers 408 to a request that does not arrive in time.
    func giveUp(on peer: Peer, _ limit: ServerLimit, _ detail: String) {
        counters.limits.count(limit)
        let requestID = peer.parser.requestID
        refuse(peer, HTTPRefusal(.timeout, detail: detail, requestID: requestID))
        flush(peer)
    }

    /// Closes a connection because of a limit.
    func end(_ peer: Peer, _ limit: ServerLimit) {
        counters.limits.count(limit)
        close(peer)
    }

    private var bodyLookInterval: Duration {
        min(configuration.rates.bodyGrace, configuration.deadlines.body)
    }

    private func waitingByteCount(of peer: Peer) -> Int {
        peer.outbox.byteCount + peer.socket.unacknowledgedByteCount
    }
}
