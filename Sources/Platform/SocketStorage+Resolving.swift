import CShims
import Glibc

extension SocketStorage {
    /// Resolves a host name or reads an address; of several the first is taken.
    ///
    /// - Throws: `EINVAL` when the host cannot be resolved.
    init(resolving address: SocketAddress) throws(SystemError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(address.host, String(address.port), &hints, &found)
        guard status == 0, let first = unsafe found else {
            throw SystemError(operation: "resolve \(address)", errno: EINVAL)
        }
        defer { unsafe freeaddrinfo(first) }
        self.init()
        length = unsafe first.pointee.ai_addrlen
        unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
            let source = unsafe UnsafeRawBufferPointer(
                start: first.pointee.ai_addr,
                count: Int(first.pointee.ai_addrlen)
            )
            unsafe bytes.copyMemory(from: source)
        }
    }
}
