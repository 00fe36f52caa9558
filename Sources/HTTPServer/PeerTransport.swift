import Platform

/// How a peer's bytes travel: over its socket as they are, or through TLS.
///
/// One optional decides, so that a plain peer pays for TLS with a comparison.
struct PeerTransport {
    let socket: SocketPeer
    /// The peer's TLS; nil when it speaks plain HTTP.
    let tls: TLSSession?

    /// Whether what is sent is encrypted.
    var isSecure: Bool {
        guard let tls else { return false }
        return !tls.isBypassed
    }

    /// Receives at most `buffer.count` bytes into the start of `buffer`.
    func receive(into buffer: inout [UInt8]) -> SocketPeer.Received {
        guard let tls else { return socket.receive(into: &buffer) }
        return tls.receive(into: &buffer)
    }

    /// Sends as many of the bytes as the transport takes; `bytes` is not empty.
    func send(_ bytes: ArraySlice<UInt8>) -> SocketPeer.Sent {
        // A peer that spoke plain HTTP where TLS was due is told so in its own words.
        guard let tls, !tls.isBypassed else { return socket.send(bytes) }
        return tls.send(bytes)
    }

    /// Tells a TLS peer that no more bytes come (`close_notify`, RFC 8446 section 6.1), so that it
    /// can tell the end from a cut; false when that has to wait for the socket.
    func endSession() -> Bool { tls?.endSending() ?? true }

    /// What the socket must be ready for, so that what is wanted can go on.
    func interest(for wanted: Readiness) -> Readiness {
        guard let tls else { return wanted }
        var interest = wanted
        if wanted.contains(.readable), tls.receiveAwaitsWritable { interest.insert(.writable) }
        if wanted.contains(.writable), tls.sendAwaitsReadable { interest = .readable }
        return interest
    }

    /// What can go on, now that the socket is ready for this.
    func possible(_ ready: Readiness) -> Readiness {
        guard let tls else { return ready }
        var possible = ready
        if ready.contains(.writable), tls.receiveAwaitsWritable { possible.insert(.readable) }
        if ready.contains(.readable), tls.sendAwaitsReadable { possible.insert(.writable) }
        return possible
    }

    /// Whether bytes lie here of which no poller tells.
    var holdsInput: Bool { tls?.holdsInput ?? false }
}
