import Glibc

/// One of the two streams that a process is started with to write to.
///
/// Written by its descriptor, not by opening `/dev/stdout` again: a service manager may have made
/// it a socket, which can't be opened, or a file, in which two openings overwrite each other.
public enum StandardStream: Int32, Sendable {
    /// What a command answers.
    case output = 1
    /// What goes wrong, and the log.
    case error = 2

    /// Whether a terminal shows it.
    public var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of `text`; what the reader does not take any more is dropped.
    ///
    /// Blocks while the reader is slow. One write for a text of the usual size, so that the lines
    /// of several threads do not mix.
    public func write(_ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            // The pointer is used during the call only, and within the bytes that are left.
            let count = unsafe bytes[done...]
                .withUnsafeBytes { rest in
                    unsafe Glibc.write(rawValue, rest.baseAddress, rest.count)
                }
            let cause = errno
            if count > 0 {
                done += count
            } else if cause != EINTR {
                // Nobody is left who could be told.
                return
            }
        }
    }
}
