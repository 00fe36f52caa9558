import Glibc

/// What changes when a file is written or replaced: enough to see that it has to be read again.
public struct FileStamp: Sendable, Hashable {
    private let device: UInt
    private let node: UInt
    private let byteCount: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// Looks at the file at `path`, through symbolic links; nil when there is none to look at.
    public init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
        byteCount = Int(status.st_size)
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}
