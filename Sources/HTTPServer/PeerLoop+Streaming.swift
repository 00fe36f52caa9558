import HTTPWire
import Platform

extension PeerLoop {
    /// Starts the task that writes a streamed body, whose head is in the output buffer.
    func start(
        _ body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void,
        to peer: Peer,
        closes: Bool
    ) {
        taskCount += 1
        peer.phase = .streaming
        peer.closesAfterStream = closes
        let stream = StreamID(peer: peer.token, exchange: peer.exchange.number)
        peer.stream = Self.task(running: body, of: stream, through: port)
    }

    /// Takes a piece of a streamed body; replies at once unless the socket is full.
    func take(_ bytes: [UInt8], of stream: StreamID, _ reply: LoopMessage.Reply) {
        guard let peer = streamingPeer(stream) else { return reply.resume(returning: false) }
        if peer.exchange.isHTTP11 {
            ResponseWriter.appendChunk(bytes, to: &output)
        } else {
            output.append(contentsOf: bytes)
        }
        peer.writers.append(reply)
        send(to: peer)
        guard peer.phase != .closed else { return }
        if peer.outbox.byteCount <= configuration.streamByteCountMax {
            resumeWriters(of: peer, goOn: true)
        }
        settle(peer)
    }

    /// Ends a streamed body; one that is not whole lacks its last chunk, so that a client can tell.
    func end(_ stream: StreamID, isWhole: Bool) {
        guard let peer = streamingPeer(stream) else { return }
        peer.stream = nil
        if isWhole, peer.exchange.isHTTP11 { ResponseWriter.appendLastChunk(to: &output) }
        peer.phase = isWhole && !peer.closesAfterStream ? .reading : .closing
        // The client of a cut answer was not told that the connection would close.
        if !isWhole, !peer.closesAfterStream { peer.rest = .furtherRequests }
        flush(peer)
    }

    func resumeWriters(of peer: Peer, goOn: Bool) {
        guard !peer.writers.isEmpty else { return }
        let writers = peer.writers
        peer.writers = []
        for writer in writers { writer.resume(returning: goOn) }
    }

    private func streamingPeer(_ stream: StreamID) -> Peer? {
        guard let peer = peers[stream.peer], peer.phase == .streaming,
            peer.exchange.number == stream.exchange
        else { return nil }
        return peer
    }

    /// Runs a body to its end, wherever tasks run, and reports it.
    private static func task(
        running body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void,
        of stream: StreamID,
        through port: LoopPort
    ) -> Task<Void, Never> {
        let writer = writer(of: stream, through: port)
        return Task {
            do {
                try await body(writer)
                port.post(.streamEnded(stream, isWhole: true))
            } catch {
                // The body's own code knows and reports why; the client sees that it was cut.
                port.post(.streamEnded(stream, isWhole: false))
            }
        }
    }

    private static func writer(of stream: StreamID, through port: LoopPort) -> HTTPBodyWriter {
        HTTPBodyWriter(
            send: { bytes throws(HTTPPeerGone) in
                let goesOn = await withCheckedContinuation { reply in
                    guard port.post(.piece(stream, bytes, reply)) else {
                        return reply.resume(returning: false)
                    }
                }
                guard goesOn else { throw HTTPPeerGone() }
            },
            isDraining: { port.isDraining }
        )
    }
}
