import HTTPWire
import Platform

extension PeerLoop {
    /// Has a request answered, at once or in a task.
    func respond(to request: HTTPRequest, from peer: Peer) {
        guard request.body.isEmpty || admitBody(of: request, from: peer) else { return }
        counters.countRequest()
        peer.begin(request)
        switch handler.handle(request) {
        case .answer(let response): answer(peer, response)
        case .suspended(let operation):
            peer.phase = .waiting
            taskCount += 1
            let (port, token, memory) = (port, peer.token, memory)
            let byteCount = moveMemory(of: request, from: peer)
            Task {
                let response = await operation()
                if byteCount > 0 { memory.give(byteCount) }
                port.post(.answer(token, response))
            }
        }
    }

    /// Answers with the server core's own refusal, after which the connection closes.
    ///
    /// The client may be in the middle of sending, so its rest is read before the close.
    func refuse(_ peer: Peer, _ refusal: HTTPRefusal) {
        counters.countRefusal(refusal.reason)
        peer.exchange.isHTTP11 = true
        peer.exchange.isHead = false
        peer.exchange.keepsAlive = false
        peer.backlog = []
        // The client may stay for a while, what it has sent must not.
        peer.parser.abandon()
        releaseMemory(of: peer)
        var response = handler.refuse(refusal)
        // A client that was only unlucky may come again, but not at once.
        if refusal.status == 503 { response.headers.append(HTTPField("Retry-After", "1")) }
        answer(peer, response)
        peer.rest = .refusedRequest
    }

    /// Renders an answer into the output buffer and moves the peer on.
    func answer(_ peer: Peer, _ response: HTTPResponse) {
        let exchange = peer.exchange
        var closes = !exchange.keepsAlive || response.closesConnection || drainDeadline != nil
        if case .stream = response.body, !exchange.isHTTP11 { closes = true }
        if exchange.number >= configuration.requestCountMaxPerPeer, !closes {
            closes = true
            counters.limits.count(.requestsPerPeer)
        }
        let context = ResponseWriter.Context(
            isHTTP11: exchange.isHTTP11,
            isHead: exchange.isHead,
            closes: closes
        )
        ResponseWriter.appendHead(
            of: response,
            for: context,
            date: dateLine(for: peer),
            to: &output
        )
        peer.phase = closes ? .closing : .reading
        // A client that announced its last request sends no more; another one may have.
        peer.rest = closes && exchange.keepsAlive ? .furtherRequests : .nothing
        guard !exchange.isHead, ResponseWriter.mayHaveBody(response.status) else { return }
        switch response.body {
        case .none: break
        case .bytes(let bytes): append(bytes, to: peer)
        case .stream(let body): start(body, to: peer, closes: closes)
        }
    }

    /// Adds a body: small ones are copied behind their head, large ones sent from where they lie.
    private func append(_ bytes: [UInt8], to peer: Peer) {
        guard bytes.count >= ServerConfiguration.directBodyByteCountMin else {
            output.append(contentsOf: bytes)
            return
        }
        peer.outbox.append(copying: output[...])
        peer.outbox.append(bytes)
        output.removeAll(keepingCapacity: true)
    }
}
