import Glibc

extension SystemError {
    /// What a failed file call means to whoever keeps data in files.
    public enum FileFailure: Sendable, Hashable {
        /// No space, quota or permitted file size is left.
        case full
        /// Permissions, or a file system that is mounted read-only, forbid it.
        case readOnly
        /// Anything else: an I/O error, a missing file, too many open files.
        case other
    }

    /// Whether a file that had to be new was there already.
    public var isExistingFile: Bool { errno == EEXIST }

    /// Whether there is no such file.
    public var isMissingFile: Bool { errno == ENOENT }

    /// Whether there is more of it than was asked for.
    public var isTooLarge: Bool { errno == EFBIG }

    /// The meaning of the error number for a call on a file.
    public var fileFailure: FileFailure {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .full
        case EROFS, EACCES, EPERM: .readOnly
        default: .other
        }
    }
}
