import CShims
import Glibc

extension SocketPeer {
    /// Connects to a server, as a health check or a test does.
    ///
    /// Waits until the connection is made or refused, so it never runs on an event loop; what
    /// it makes does not block.
    ///
    /// - Throws: `ECONNREFUSED` when nobody listens there; `EINVAL` when the host cannot be
    ///   resolved.
    public convenience init(connectingTo address: SocketAddress) throws(SystemError) {
        var storage = try SocketStorage(resolving: address)
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(storage.bytes.ss_family), type, 0)
        guard descriptor >= 0 else { throw SystemError(operation: "socket", errno: errno) }
        let connected = unsafe storage.withPointer { address, length in
            unsafe connect(descriptor, address, length.pointee)
        }
        guard connected == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            let cause = errno
            _ = close(descriptor)
            throw SystemError(operation: "connect \(address)", errno: cause)
        }
        self.init(adopting: descriptor, address: address)
    }
}
