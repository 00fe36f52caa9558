import Glibc

extension SocketStorage {
    /// The kernel's form of a path, which fits by `UnixSocketPath`'s bound.
    init(_ path: UnixSocketPath) {
        self.init()
        bytes.ss_family = sa_family_t(AF_UNIX)
        let offset = MemoryLayout<sa_family_t>.size
        unsafe withUnsafeMutableBytes(of: &bytes) { storage in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[offset...])
            unsafe target.copyBytes(from: path.path.utf8)
        }
        // The storage is zeroed, so that the path ends with a NUL.
        length = socklen_t(offset + path.path.utf8.count + 1)
    }
}
