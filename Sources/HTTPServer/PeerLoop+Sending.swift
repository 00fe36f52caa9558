import HTTPWire
import Platform

extension PeerLoop {
    /// Sends what there is for a peer and decides what it waits for next.
    func flush(_ peer: Peer) {
        send(to: peer)
        settle(peer)
    }

    /// Sends this batch's answers; what the socket does not take stays in the outbox.
    func send(to peer: Peer) {
        defer { releaseOutput() }
        guard peer.phase != .closed else { return }
        if !output.isEmpty {
            guard peer.outbox.isEmpty else {
                peer.outbox.append(copying: output[...])
                return sendOutbox(of: peer)
            }
            switch peer.transport.send(output[...]) {
            case .bytes(let count) where count == output.count: return
            case .bytes(let count): peer.outbox.append(copying: output[count...])
            case .wouldBlock: peer.outbox.append(copying: output[...])
            case .failed: return close(peer)
            }
            return rearm(peer, .write, after: configuration.deadlines.writeStall)
        }
        if !peer.outbox.isEmpty { sendOutbox(of: peer) }
    }

    /// Decides, once nothing more can be sent, what the peer waits for and for how long.
    func settle(_ peer: Peer) {
        guard peer.phase != .closed else { return }
        guard peer.outbox.isEmpty else {
            arm(peer, .write, after: configuration.deadlines.writeStall)
            return watch(peer, for: .writable)
        }
        switch peer.phase {
        case .reading: continueReading(peer)
        case .waiting, .streaming:
            disarm(peer)
            // A socket that takes bytes, and is still watched for it, would wake the loop for ever.
            if peer.interest.contains(.writable) { watch(peer, for: []) }
            resumeWriters(of: peer, goOn: true)
        case .closing: finish(peer)
        case .handshaking, .lingering, .closed: break
        }
    }

    private func sendOutbox(of peer: Peer) {
        switch peer.outbox.send(through: peer.transport) {
        case .failed: close(peer)
        // How much it takes is looked at when its window ends.
        case .emptied, .blocked: break
        }
    }

    private func continueReading(_ peer: Peer) {
        guard peer.backlog.isEmpty else { return takeBacklog(of: peer) }
        // What arrived is answered, and nothing more will come.
        guard !peer.isInputEnded else { return close(peer) }
        watch(peer, for: .readable)
        if peer.transport.holdsInput { pendingReads.append(peer.token) }
        if peer.parser.isIdle {
            rearm(peer, .idle, after: idleDuration)
        } else if peer.parser.isReadingBody {
            armBody(of: peer)
        } else {
            arm(peer, .header, after: configuration.deadlines.header)
        }
        countMemory(of: peer)
    }

    /// Closes a connection whose last answer is out; in two steps when the peer may still send,
    /// because closing on unread input resets the connection and destroys the answer
    /// (RFC 9112 section 9.6).
    private func finish(_ peer: Peer) {
        guard peer.transport.endSession() else {
            arm(peer, .write, after: configuration.deadlines.writeStall)
            return watch(peer, for: .writable)
        }
        // Of a TLS peer that sends nothing more the `close_notify` is still to come.
        let sendsNothing = peer.rest == .nothing && peer.transport.tls == nil
        guard !sendsNothing, !peer.isInputEnded else { return close(peer) }
        linger(peer)
    }

    /// Ends the sending, and drops what the peer still sends until it closes.
    func linger(_ peer: Peer) {
        peer.phase = .lingering
        peer.lingerByteCountLeft = configuration.lingerByteCountMax
        peer.backlog = []
        peer.socket.endSending()
        watch(peer, for: .readable)
        rearm(peer, .linger, after: lingerDuration(of: peer))
    }

    /// Empties the output buffer; an unusually large one is given back.
    private func releaseOutput() {
        let isLarge = output.capacity > 2 * configuration.outputByteCountMax
        output.removeAll(keepingCapacity: !isLarge)
    }
}
