import Glibc

/// Where lines are written that may be lost, but must never hold up whoever makes them: a file, a
/// pipe, or a standard stream.
///
/// A pipe whose reader is slow is waited for as long as the caller says, who is then told. What goes
/// into one is cut between lines into pieces that a pipe takes whole, so that no line is torn.
public final class LineSink: Sendable {
    /// The longest line that a pipe takes whole, in bytes (PIPE_BUF).
    public static let lineByteCountMax = 4096

    /// What became of a write.
    public enum Outcome: Sendable, Hashable {
        /// All of it was taken.
        case written
        /// The reader took no more than this many bytes within the time.
        case stalled(byteCount: Int)
        /// It failed after this many bytes.
        case failed(byteCount: Int, SystemError)
    }

    private let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let hasReader: Bool

    /// Opens a file to write at its end; makes it, for its owner alone, when there is none.
    ///
    /// A named pipe is opened without waiting for its reader, who may come and go: what it holds,
    /// 64 KiB usually, waits for the next one.
    public init(path: String) throws(SystemError) {
        let kind = Self.kind { status in unsafe stat(path, &status) }
        let access = kind == S_IFIFO ? O_RDWR : O_WRONLY
        let flags = access | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
        descriptor = try FileCall.retrying("open \(path)") { unsafe open(path, flags, 0o600) }
        name = path
        isOwned = true
        let descriptor = descriptor
        hasReader = Self.kind { status in unsafe fstat(descriptor, &status) } != S_IFREG
    }

    /// Writes to a standard stream, which is left open.
    public init(_ stream: StandardStream) {
        descriptor = stream.rawValue
        name = "standard \(stream)"
        isOwned = false
        hasReader = true
    }

    deinit {
        if isOwned { _ = close(descriptor) }
    }

    /// Writes lines, each with its end; waits for a slow reader at most `patience` for each piece.
    public func write(_ lines: Span<UInt8>, patience: Duration) -> Outcome {
        var done = 0
        while done < lines.count {
            let end = hasReader ? Self.pieceEnd(of: lines, from: done) : lines.count
            guard !hasReader || isReady(within: patience) else { return .stalled(byteCount: done) }
            // The pointer is used during the call only, and within the span.
            let count = unsafe lines.extracting(done..<end)
                .withUnsafeBytes { piece in
                    unsafe Glibc.write(descriptor, piece.baseAddress, piece.count)
                }
            let code = count == 0 ? EIO : errno
            if count > 0 {
                done += count
            } else if code == EAGAIN {
                return .stalled(byteCount: done)
            } else if code != EINTR {
                let error = SystemError(operation: "write \(name)", errno: code)
                return .failed(byteCount: done, error)
            }
        }
        return .written
    }

    /// After as many whole lines as a pipe takes in one piece.
    private static func pieceEnd(of lines: Span<UInt8>, from start: Int) -> Int {
        let most = min(lines.count, start + lineByteCountMax)
        var end = most
        while end > start, lines[end - 1] != 0x0A { end -= 1 }
        return end > start ? end : most
    }

    /// Whether a write would not wait; a broken pipe would not, and its write says why.
    private func isReady(within patience: Duration) -> Bool {
        let milliseconds = Int32(clamping: patience.nanosecondsClamped / 1_000_000)
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // A signal ends the wait early, which only makes the caller ask again.
        return unsafe poll(&watched, 1, milliseconds) > 0
    }

    /// The kind of file; nil when there is none.
    private static func kind(_ call: (inout stat) -> Int32) -> mode_t? {
        var status = stat()
        return call(&status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
