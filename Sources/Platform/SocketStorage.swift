import Glibc

/// The kernel's form of an address, large enough for every family.
struct SocketStorage {
    var bytes = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// Lets a system call read or fill the address.
    mutating func withPointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        // sockaddr_storage is aligned for, and as large as, any address it stands for.
        unsafe withUnsafeMutablePointer(to: &bytes) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, &length)
            }
        }
    }

    /// The address and port; nil for a family that has none.
    ///
    /// An IPv4 peer of an IPv6 listener is named by its IPv4 address.
    mutating func address() -> SocketAddress? {
        switch Int32(bytes.ss_family) {
        case AF_INET:
            let (host, port) = unsafe withPointer { address, _ in
                unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                    unsafe (Self.text(AF_INET, &address.pointee.sin_addr), address.pointee.sin_port)
                }
            }
            return SocketAddress(host: host, port: UInt16(bigEndian: port))
        case AF_INET6:
            let (host, port) = unsafe withPointer { address, _ in
                unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    unsafe (
                        Self.text(AF_INET6, &address.pointee.sin6_addr), address.pointee.sin6_port
                    )
                }
            }
            let mapped = host.hasPrefix("::ffff:") && host.contains(".")
            return SocketAddress(
                host: mapped ? String(host.dropFirst(7)) : host,
                port: UInt16(bigEndian: port)
            )
        default: return nil
        }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let end = unsafe inet_ntop(family, address, &text, socklen_t(text.count))
        precondition(unsafe end != nil, "the buffer holds the longest address")
        let bytes = text.prefix { byte in byte != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }
}
