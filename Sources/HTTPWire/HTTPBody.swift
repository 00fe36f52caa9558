/// The body of an answer.
public enum HTTPBody: Sendable {
    /// No body; `Content-Length: 0` where the status allows one.
    case none
    /// The whole body.
    case bytes([UInt8])
    /// A body written piece by piece, of unknown length.
    ///
    /// Sent chunked to HTTP/1.1, and ended by closing to HTTP/1.0. The function runs in a task
    /// of its own, is cancelled when the peer goes away, and its error cuts the answer short
    /// without the last chunk, so that the client sees that it is not whole.
    case stream(@Sendable (HTTPBodyWriter) async throws -> Void)
}

/// The peer of a streamed answer has gone away, or the answer is already over.
public struct HTTPPeerGone: Error, Sendable, Hashable {
    /// The one value.
    public init() {}
}

/// Where a streamed body is written.
public struct HTTPBodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws(HTTPPeerGone) -> Void
    private let draining: @Sendable () -> Bool

    /// Wraps the server's side: `send` hands bytes on, `isDraining` tells of a shutdown.
    public init(
        send: @escaping @Sendable ([UInt8]) async throws(HTTPPeerGone) -> Void,
        isDraining: @escaping @Sendable () -> Bool
    ) {
        self.send = send
        self.draining = isDraining
    }

    /// Sends some bytes; suspends while the peer is slow.
    ///
    /// One call at a time. At most one piece waits beside what the socket holds.
    ///
    /// - Throws: `HTTPPeerGone` when nobody will read it.
    public func write(_ bytes: [UInt8]) async throws(HTTPPeerGone) {
        guard !bytes.isEmpty else { return }
        try await send(bytes)
    }

    /// Whether the server is shutting down: a stream without an end should end itself now.
    public var isDraining: Bool { draining() }
}
