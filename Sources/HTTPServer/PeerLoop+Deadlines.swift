import HTTPWire
import Platform

extension PeerLoop {
    /// Sets when a peer must be done with what it does; the same deadline of the same exchange
    /// runs on.
    func arm(_ peer: Peer, _ kind: Peer.DeadlineKind, after duration: Duration) {
        guard peer.deadlineKind != kind || peer.deadlineExchange != peer.exchange.number
        else { return }
        rearm(peer, kind, after: duration)
    }

    /// Sets a deadline that starts again now.
    func rearm(_ peer: Peer, _ kind: Peer.DeadlineKind, after duration: Duration) {
        peer.deadlineKind = kind
        peer.deadlineExchange = peer.exchange.number
        peers.setDeadline(now + duration, of: peer.token)
        if kind == .write { openWindow(of: peer) }
    }

    /// Lets a peer take as long as it needs; what it waits for has bounds of its own.
    func disarm(_ peer: Peer) {
        guard peer.deadlineKind != .none else { return }
        peer.deadlineKind = .none
        peers.setDeadline(.never, of: peer.token)
    }

    /// How long a peer may be silent between requests.
    var idleDuration: Duration {
        drainDeadline == nil ? configuration.deadlines.idle : configuration.deadlines.drainIdle
    }

    /// How long a peer may take to read its last answer and close.
    ///
    /// A drain waits less for one that has sent whole requests only: most likely it sends nothing.
    func lingerDuration(of peer: Peer) -> Duration {
        guard drainDeadline != nil, peer.rest != .refusedRequest else {
            return configuration.deadlines.linger
        }
        return min(configuration.deadlines.linger, configuration.deadlines.drainIdle)
    }

    /// Looks at all deadlines, at most once each interval.
    func sweepIfDue() {
        guard now >= sweepInstant else { return }
        if let drainDeadline, now >= drainDeadline {
            for peer in peers.all { end(peer, .drain) }
        }
        for peer in peers.expired(at: now) { expire(peer) }
        sweepInstant = peers.count > 0 ? now + sweepInterval : .never
    }

    /// Lets what runs be answered and every silent peer go; each answer closes its connection.
    ///
    /// A silent peer is not closed at once, because its next request may be on its way, or its
    /// first one when it has only just connected: it is answered if it arrives soon.
    func drain(until deadline: MonotonicInstant) {
        drainDeadline = deadline
        let idle = configuration.deadlines.drainIdle
        sweepInterval = min(sweepInterval, ServerDeadlines.sweepInterval(for: idle))
        sweepInstant = now
        for peer in peers.all {
            if peer.isIdle { rearm(peer, .idle, after: idle) }
            if peer.phase == .handshaking { rearm(peer, .handshake, after: idle) }
            if peer.phase == .lingering { rearm(peer, .linger, after: lingerDuration(of: peer)) }
        }
    }

    private func expire(_ peer: Peer) {
        switch peer.deadlineKind {
        case .header: giveUp(on: peer, .headerTimeout, "The request took too long to arrive.")
        case .body: lookAtBody(of: peer)
        case .idle:
            // A request may have arrived that no event told of yet.
            read(peer)
            if peer.isIdle { end(peer, .idle) }
        case .handshake: abandonHandshake(peer)
        case .write: lookAtReader(peer)
        case .linger: end(peer, .linger)
        case .none: preconditionFailure("a deadline that is not armed does not pass")
        }
    }
}
