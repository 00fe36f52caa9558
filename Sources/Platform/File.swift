import CShims
import Glibc

/// An open file, closed exactly once: by `close`, or when its owner lets go of it.
///
/// Reads and writes name their offset, so a file has no position that two users could move. All calls
/// block; each retries when a signal interrupted it.
public struct File: ~Copyable, Sendable {
    /// What the file is opened for.
    public enum Access: Sendable {
        /// Reading only.
        case read
        /// Reading and writing.
        case readWrite
        /// Writing at the end only, wherever the end is by then.
        case append
    }

    /// What happens when there is no such file, or one already.
    public enum Creation: Sendable {
        /// Only an existing file is opened.
        case never
        /// A missing file is made.
        case ifMissing
        /// An existing file is an error, `EEXIST`.
        case mustBeNew
    }

    /// The path that was opened, for messages.
    public let path: String
    private var descriptor: Int32

    /// Opens a file; a new one is readable and writable by its owner only.
    ///
    /// The descriptor is not inherited by child processes.
    public init(
        _ path: String,
        for access: Access,
        creating creation: Creation = .never
    ) throws(SystemError) {
        let flags = access.flags | creation.flags | O_CLOEXEC
        self.path = path
        self.descriptor = try FileCall.retrying("open \(path)") {
            unsafe open(path, flags, 0o600)
        }
    }

    deinit {
        // Whoever needs to know whether closing failed calls `close`.
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Closes the file.
    ///
    /// After an error it is closed too: `close` is never repeated.
    public consuming func close() throws(SystemError) {
        let closing = descriptor
        descriptor = -1
        guard Glibc.close(closing) == 0 else { throw error("close") }
    }

    /// Fills `bytes` from `offset` on, and tells how many bytes there were before the end.
    public func read(
        into bytes: inout MutableSpan<UInt8>,
        at offset: Int
    ) throws(SystemError) -> Int {
        var done = 0
        while done < bytes.count {
            // The pointer is used during the call only, and within the span that is left.
            let count = unsafe bytes.withUnsafeMutableBytes { all in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[done...])
                return unsafe pread(descriptor, rest.baseAddress, rest.count, offset + done)
            }
            if count < 0 {
                guard errno == EINTR else { throw error("read") }
                continue
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` at `offset`; a short write is continued.
    ///
    /// After an error some of the bytes may have been written.
    public func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        try write(bytes, startingAt: offset)
    }

    /// Writes all of `bytes` at the end of a file opened for `.append`; a short write is continued.
    ///
    /// After an error some of the bytes may have been written.
    public func append(_ bytes: Span<UInt8>) throws(SystemError) {
        try write(bytes, startingAt: nil)
    }

    private func write(_ bytes: Span<UInt8>, startingAt offset: Int?) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // The pointer is used during the call only, and within the span that is left.
            let count = unsafe bytes.extracting(done...)
                .withUnsafeBytes { rest in
                    guard let offset else {
                        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                    }
                    return unsafe pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
                }
            guard count > 0 else {
                // A write of some bytes that takes none, without an error, would loop for ever.
                if count == 0 { throw SystemError(operation: "write \(path)", errno: EIO) }
                guard errno == EINTR else { throw error("write") }
                continue
            }
            done += count
        }
    }

    /// Waits until the content, and the size it needs, are on the medium.
    ///
    /// After an error it is unknown what the medium holds, and a repeated call proves nothing: the
    /// kernel may have dropped the pages that it could not write.
    public func syncData() throws(SystemError) {
        _ = try FileCall.retrying("sync \(path)") { fdatasync(descriptor) }
    }

    /// Waits until the content and all metadata are on the medium; see `syncData` for errors.
    public func sync() throws(SystemError) {
        _ = try FileCall.retrying("sync \(path)") { fsync(descriptor) }
    }

    /// Reserves space up to `byteCount`, which reads as zeros where nothing was written.
    ///
    /// A file system that cannot reserve only sets the size; `ENOSPC` then comes with a write.
    public func preallocate(byteCount: Int) throws(SystemError) {
        do {
            _ = try FileCall.retrying("reserve \(byteCount) bytes in \(path)") {
                bindery_fallocate(descriptor, 0, Int64(byteCount))
            }
        } catch {
            guard error.errno == EOPNOTSUPP || error.errno == ENOSYS else { throw error }
            if try self.byteCount() < byteCount { try truncate(to: byteCount) }
        }
    }

    /// Sets the size: what is beyond is lost, what is added reads as zeros.
    public func truncate(to byteCount: Int) throws(SystemError) {
        _ = try FileCall.retrying("truncate \(path)") { ftruncate(descriptor, off_t(byteCount)) }
    }

    /// The size in bytes.
    public func byteCount() throws(SystemError) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw error("seek") }
        return Int(end)
    }

    /// Takes the exclusive lock of the file, or tells that another descriptor has it.
    ///
    /// The lock ends with the descriptor, so also when the process dies.
    func lockExclusively() throws(SystemError) -> Bool {
        do {
            _ = try FileCall.retrying("lock \(path)") { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            guard error.errno == EWOULDBLOCK else { throw error }
            return false
        }
    }

    /// Gives the lock up, also for a child process that was forked and still has the descriptor.
    func unlock() throws(SystemError) {
        _ = try FileCall.retrying("unlock \(path)") { flock(descriptor, LOCK_UN) }
    }

    /// The failure of the call just made.
    private func error(_ operation: String) -> SystemError {
        let code = errno
        return SystemError(operation: "\(operation) \(path)", errno: code)
    }
}

extension File.Access {
    /// The flags of `open` for it.
    fileprivate var flags: Int32 {
        switch self {
        case .read: O_RDONLY
        case .readWrite: O_RDWR
        case .append: O_WRONLY | O_APPEND
        }
    }
}

extension File.Creation {
    /// The flags of `open` for it.
    fileprivate var flags: Int32 {
        switch self {
        case .never: 0
        case .ifMissing: O_CREAT
        case .mustBeNew: O_CREAT | O_EXCL
        }
    }
}
