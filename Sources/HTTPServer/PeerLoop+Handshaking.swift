import HTTPWire
import Platform

extension PeerLoop {
    /// Goes on with a TLS handshake, which has a deadline of its own.
    func shakeHands(with peer: Peer) {
        guard let tls = peer.transport.tls else {
            preconditionFailure("only a TLS peer shakes hands")
        }
        switch tls.shakeHands() {
        case .wants(let readiness):
            watch(peer, for: readiness)
            // A drain gives a silent peer little time, but one that goes on as long as it does.
            if drainDeadline != nil { rearm(peer, .handshake, after: handshakeDuration) }
        case .done:
            counters.countHandshake(.done, isResumed: tls.isResumed)
            peer.clientCertificate = tls.clientCertificate.map(Self.facts)
            welcome(peer)
            // The first request may have come along with the handshake's last message.
            if tls.holdsInput { pendingReads.append(peer.token) }
        case .plainText:
            counters.countHandshake(.failed)
            peer.phase = .reading
            refuse(peer, HTTPRefusal(.badRequest, detail: "This address speaks HTTPS only."))
            flush(peer)
        case .failed:
            counters.countHandshake(.failed)
            // The alert is out; closing on unread bytes would reset the connection and destroy it.
            peer.rest = .refusedRequest
            linger(peer)
        }
    }

    /// Lets a peer that can speak HTTP now do so, or tells it that it is one too many.
    func welcome(_ peer: Peer) {
        peer.phase = .reading
        watch(peer, for: .readable)
        if peer.isRefused {
            refuse(peer, HTTPRefusal(.tooManyPeers, detail: "Too many connections are open."))
            flush(peer)
        } else {
            // A connection that says nothing gets as long as a head may take.
            let header = configuration.deadlines.header
            rearm(peer, .idle, after: drainDeadline == nil ? header : idleDuration)
        }
    }

    /// Gives up on a handshake that takes too long.
    func abandonHandshake(_ peer: Peer) {
        counters.countHandshake(.timedOut)
        end(peer, .handshake)
    }

    /// Serves what TLS peers sent and no poller tells of, once for each of them.
    func readPending() {
        let tokens = pendingReads
        pendingReads = []
        for token in tokens {
            guard let peer = peers[token], peer.transport.holdsInput else { continue }
            read(peer)
        }
    }

    /// The lines that the server adds to an answer's head.
    func dateLine(for peer: Peer) -> [UInt8] { peer.transport.isSecure ? secureDateLine : dateLine }

    /// That browsers come over HTTPS alone (RFC 6797 section 6.1); empty when it is not to be said.
    static func strictTransportLine(_ configuration: ServerConfiguration) -> [UInt8] {
        let seconds = configuration.strictTransportSeconds
        guard seconds > 0 else { return [] }
        return Array("Strict-Transport-Security: max-age=\(seconds)\r\n".utf8)
    }

    /// How long a handshake may take.
    var handshakeDuration: Duration {
        drainDeadline == nil
            ? configuration.deadlines.tlsHandshake : configuration.deadlines.drainIdle
    }

    /// What a handler may know of a verified certificate.
    private static func facts(_ certificate: TLSCertificate) -> ClientCertificate {
        ClientCertificate(
            subject: certificate.subject,
            names: certificate.names,
            fingerprint: certificate.fingerprint,
            notAfter: certificate.notAfter
        )
    }
}
