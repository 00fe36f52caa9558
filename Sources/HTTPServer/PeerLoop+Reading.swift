import HTTPWire
import Platform

extension PeerLoop {
    /// Does what a peer's socket is ready for.
    func serve(_ token: PeerToken, _ readiness: Readiness) {
        // The peer may have been closed by an earlier event of the same turn.
        guard let peer = peers[token] else { return }
        guard readiness.isDisjoint(with: .broken) else {
            // A client that sent a request and closed at once is hung up while its bytes still lie
            // there (on Unix-domain sockets always): what it sent is served, as over TCP.
            let hasInput = readiness.contains(.readable) && readiness.isDisjoint(with: .failed)
            if hasInput, peer.phase == .reading, peer.outbox.isEmpty, !peer.isInputEnded {
                return read(peer)
            }
            if peer.phase == .handshaking { counters.countHandshake(.failed) }
            close(peer)
            return
        }
        if peer.phase == .handshaking { return shakeHands(with: peer) }
        let possible = peer.transport.possible(readiness)
        if possible.contains(.writable) { flush(peer) }
        if possible.contains(.readable), peer.phase != .closed { read(peer) }
    }

    /// Receives once: a peer that sends without end shares the loop with the others.
    func read(_ peer: Peer) {
        switch peer.phase {
        case .reading where peer.outbox.isEmpty && !peer.isInputEnded:
            switch peer.transport.receive(into: &input) {
            case .bytes(let count): takeInput(count, from: peer)
            case .wouldBlock: watch(peer, for: .readable)
            case .ended:
                peer.isInputEnded = true
                settle(peer)
            case .failed: close(peer)
            }
        case .lingering: discard(peer)
        // Input must wait for the running request. The poller is told only now that bytes came,
        // since most clients send none and two system calls a request are saved.
        case .reading, .waiting, .streaming, .closing: watch(peer, for: writeInterest(of: peer))
        case .handshaking: shakeHands(with: peer)
        case .closed: preconditionFailure("a closed peer has no events")
        }
    }

    /// Serves what was kept while an earlier request ran.
    func takeBacklog(of peer: Peer) {
        let backlog = peer.backlog
        peer.backlog = []
        peer.backlog = process(backlog, from: peer)
        sendAndSettle(peer)
    }

    /// Serves what was just received; what has to wait is copied out of the shared buffer.
    private func takeInput(_ count: Int, from peer: Peer) {
        let rest = process(input[..<count], from: peer)
        if !rest.isEmpty { peer.backlog = ArraySlice(Array(rest)) }
        sendAndSettle(peer)
    }

    /// Sends the batch, and settles what comes next.
    ///
    /// What the socket refused a moment ago is left to the poller, so that serving the backlog
    /// never nests.
    private func sendAndSettle(_ peer: Peer) {
        if !output.isEmpty { send(to: peer) }
        settle(peer)
    }

    /// Serves the requests in `bytes`, in order, until one is not whole or has to wait; answers
    /// what is left.
    private func process(_ bytes: ArraySlice<UInt8>, from peer: Peer) -> ArraySlice<UInt8> {
        var rest = bytes
        while peer.phase == .reading, peer.outbox.isEmpty, !rest.isEmpty {
            switch peer.parser.advance(over: rest) {
            case .incomplete:
                rest = []
                if peer.parser.takeContinueRequest() {
                    output.append(contentsOf: ResponseWriter.continueLine)
                }
            case .request(var request, let consumed):
                rest = rest.dropFirst(consumed)
                request.clientCertificate = peer.clientCertificate
                request.isSecure = peer.transport.isSecure
                respond(to: request, from: peer)
            case .refused(let refusal):
                rest = []
                refuse(peer, refusal)
            }
            if output.count >= configuration.outputByteCountMax || !peer.outbox.isEmpty {
                send(to: peer)
            }
        }
        return rest
    }

    /// Reads what a closing peer still sends, as it comes over the socket, so that it is not reset before it reads its answer.
    private func discard(_ peer: Peer) {
        switch peer.socket.receive(into: &input) {
        case .bytes(let count):
            peer.lingerByteCountLeft -= count
            if peer.lingerByteCountLeft < 0 { end(peer, .lingerBytes) }
        case .wouldBlock: break
        case .ended, .failed: close(peer)
        }
    }

    private func writeInterest(of peer: Peer) -> Readiness {
        peer.outbox.isEmpty ? [] : .writable
    }
}
