import HTTPWire
import Platform

/// The memory of requests over all peers, counted where one is left waiting.
extension PeerLoop {
    /// Counts what the parser of a peer holds, and refuses its request when that is too much for
    /// all of them together.
    func countMemory(of peer: Peer) {
        let held = peer.parser.heldByteCount
        guard held != peer.memoryByteCount else { return }
        if held < peer.memoryByteCount {
            memory.give(peer.memoryByteCount - held)
        } else if !memory.take(held - peer.memoryByteCount) {
            return refuseOverload(of: peer, requestID: peer.parser.requestID)
        }
        peer.memoryByteCount = held
    }

    /// Whether a request that has arrived may be served; refuses it when not.
    ///
    /// What arrived in pieces is counted already.
    func admitBody(of request: HTTPRequest, from peer: Peer) -> Bool {
        let uncounted = request.body.count - peer.memoryByteCount
        guard uncounted > 0, !memory.hasRoom(for: uncounted) else { return true }
        refuseOverload(of: peer, requestID: request.header("x-request-id"), flushes: false)
        return false
    }

    /// Moves what a request holds from its peer to its operation, which may outlive it; answers
    /// how much the operation has to give back.
    func moveMemory(of request: HTTPRequest, from peer: Peer) -> Int {
        releaseMemory(of: peer)
        guard !request.body.isEmpty else { return 0 }
        memory.takeAnyway(request.body.count)
        return request.body.count
    }

    /// Gives back what a peer holds.
    func releaseMemory(of peer: Peer) {
        guard peer.memoryByteCount > 0 else { return }
        memory.give(peer.memoryByteCount)
        peer.memoryByteCount = 0
    }

    private func refuseOverload(of peer: Peer, requestID: String?, flushes: Bool = true) {
        counters.limits.count(.requestMemory)
        let detail = "Too many requests are arriving; try again soon."
        refuse(peer, HTTPRefusal(.overloaded, detail: detail, requestID: requestID))
        if flushes { flush(peer) }
    }
}
