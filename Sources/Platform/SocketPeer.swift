import Glibc

/// A client's connection: a non-blocking stream socket that closes with its last reference.
///
/// This is the seam for other transports: whoever serves a peer sees `receive`, `send` and
/// `endSending` and their outcomes, not how the bytes travel.
public final class SocketPeer: Sendable {
    /// What a receive brought.
    public enum Received: Sendable, Hashable {
        /// This many bytes, at least one.
        case bytes(Int)
        /// Nothing yet: wait until the socket is readable.
        case wouldBlock
        /// The peer will send no more.
        case ended
        /// The connection is lost.
        case failed
    }

    /// What a send achieved.
    public enum Sent: Sendable, Hashable {
        /// This many bytes were taken, at least one.
        case bytes(Int)
        /// None were: wait until the socket is writable.
        case wouldBlock
        /// The connection is lost.
        case failed
    }

    /// A peer that went away is an outcome here, not a signal that ends the process.
    private static let quietly = Int32(MSG_NOSIGNAL)

    /// For the poller that watches it.
    public let descriptor: Int32
    /// The client's address and port.
    public let address: SocketAddress

    /// Takes over an open non-blocking stream socket.
    init(adopting descriptor: Int32, address: SocketAddress) {
        self.descriptor = descriptor
        self.address = address
    }

    deinit { _ = close(descriptor) }

    /// Receives at most `buffer.count` bytes into the start of `buffer`.
    public func receive(into buffer: inout [UInt8]) -> Received {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
            }
            let cause = errno
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if cause == EAGAIN { return .wouldBlock }
            if cause != EINTR { return .failed }
        }
    }

    /// Sends as many of the bytes as the socket takes; `bytes` is not empty.
    public func send(_ bytes: ArraySlice<UInt8>) -> Sent {
        while true {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Self.quietly)
            }
            let cause = errno
            if count >= 0 { return .bytes(count) }
            if cause == EAGAIN { return .wouldBlock }
            if cause != EINTR { return .failed }
        }
    }

    /// Tells the peer that nothing more will be sent; bytes can still be received.
    public func endSending() {
        // It fails only when the peer is gone already, which the next call finds out.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }
}
