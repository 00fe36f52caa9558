import CShims
import Glibc

/// A listening socket that hands out its peers; it closes with its last reference.
public final class SocketListener: Sendable {
    /// What an accept brought.
    public enum Accepted: Sendable {
        /// A peer, non-blocking, without Nagle's delay.
        case peer(SocketPeer)
        /// None is waiting.
        case wouldBlock
        /// The peer went away before it was accepted; try the next one.
        case aborted
        /// The process or the system has no descriptor or memory left for it.
        case exhausted
    }

    /// For the poller that watches it.
    public let descriptor: Int32
    /// The address it is bound to, with the port that the kernel chose; of a Unix-domain socket
    /// what its peers are named.
    public let address: SocketAddress
    /// The file of a Unix-domain socket; nil for an internet address.
    private let file: UnixSocketFile?

    /// Peers that the kernel holds until they are accepted; it caps this at `somaxconn`.
    static let backlogMax: Int32 = 4_096

    /// Binds and listens.
    ///
    /// A host name is resolved, and its first address is taken.
    ///
    /// - Throws: `EADDRINUSE` when another socket listens there; `EADDRNOTAVAIL` when the
    ///   address is not this machine's; `EINVAL` when the host cannot be resolved.
    public init(address: SocketAddress) throws(SystemError) {
        var storage = try SocketStorage(resolving: address)
        let descriptor = socket(
            Int32(storage.bytes.ss_family),
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
                | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { throw SystemError(operation: "socket", errno: errno) }
        do throws(SystemError) {
            self.address = try Self.listen(descriptor, on: &storage, named: address)
        } catch {
            _ = close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        file = nil
    }

    /// Takes over a listening Unix-domain socket.
    init(adopting descriptor: Int32, address: SocketAddress, file: UnixSocketFile) {
        (self.descriptor, self.address, self.file) = (descriptor, address, file)
    }

    deinit {
        file?.remove()
        _ = close(descriptor)
    }

    /// Takes the next waiting peer.
    public func accept() -> Accepted {
        var storage = SocketStorage()
        let accepted = unsafe storage.withPointer { address, length in
            unsafe bindery_accept(descriptor, address, length)
        }
        let cause = errno
        guard accepted >= 0 else { return Self.outcome(cause) }
        // A peer of a Unix-domain socket has no address.
        guard file == nil else {
            return .peer(SocketPeer(adopting: accepted, address: self.address))
        }
        guard let address = storage.address() else {
            _ = close(accepted)
            return .aborted
        }
        // Answers are sent whole, so waiting for more bytes to fill a packet only delays them.
        Self.enable(TCP_NODELAY, level: Int32(IPPROTO_TCP), on: accepted)
        return .peer(SocketPeer(adopting: accepted, address: address))
    }

    /// Refuses new connections from now on, those that the kernel holds included; the descriptor
    /// stays open until the last reference goes.
    public func stopListening() {
        file?.remove()
        // It fails only when it was done before.
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func outcome(_ cause: Int32) -> Accepted {
        switch cause {
        case EAGAIN: .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted
        // Linux reports an aborted connection's own network errors here (accept(2)).
        default: .aborted
        }
    }

    /// Binds and listens; answers the address with the port that the kernel chose.
    private static func listen(
        _ descriptor: Int32,
        on storage: inout SocketStorage,
        named address: SocketAddress
    ) throws(SystemError) -> SocketAddress {
        // A restarted server must not wait for the old one's closing connections.
        enable(SO_REUSEADDR, level: SOL_SOCKET, on: descriptor)
        let bound = unsafe storage.withPointer { address, length in
            unsafe bind(descriptor, address, length.pointee)
        }
        guard bound == 0 else { throw SystemError(operation: "bind \(address)", errno: errno) }
        guard Glibc.listen(descriptor, backlogMax) == 0 else {
            throw SystemError(operation: "listen \(address)", errno: errno)
        }
        var actual = SocketStorage()
        let named = unsafe actual.withPointer { address, length in
            unsafe getsockname(descriptor, address, length)
        }
        guard named == 0, let actual = actual.address() else {
            throw SystemError(operation: "getsockname \(address)", errno: errno)
        }
        return actual
    }

    private static func enable(_ option: Int32, level: Int32, on descriptor: Int32) {
        var on: Int32 = 1
        // Not fatal: without the option the socket works, only slower.
        _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}
