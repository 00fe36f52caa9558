import Dispatch
import Glibc
import Synchronization

/// Small files that hold secrets, read whole, off the caller's thread.
public enum SecretFile {
    /// The largest file that is read, in bytes.
    public static let byteCountMax = 65_536

    /// Why a file was not read.
    public enum Failure: Error, Hashable, Sendable {
        /// No file of that name, or what is there is not a regular file.
        case notFound
        /// The process may not read it, or it stands outside the root.
        case denied
        /// It is larger than `byteCountMax`.
        case tooLarge
        /// The system failed.
        case system(SystemError)
    }

    /// How long a read may take; a disk that hangs is told of then.
    public static let timeMax = Duration.seconds(5)
    /// The most files that are read at one time.
    public static let laneCount = 16
    /// The most reads that are under way or wait.
    public static let waitingCountMax = 4096

    // A slow disk must hold up neither an event loop nor the threads that run tasks.
    private static let lanes = FileLanes(
        label: "secret-file",
        count: laneCount,
        waitingCountMax: waitingCountMax
    )
    private static let timer = DispatchQueue(label: "secret-file-timer")

    /// Who waits for a read, answered once.
    private final class Waiter: Sendable {
        private let continuation: Mutex<CheckedContinuation<Result<SecretBytes, Failure>, Never>?>

        init(_ continuation: CheckedContinuation<Result<SecretBytes, Failure>, Never>) {
            self.continuation = Mutex(continuation)
        }

        var isAnswered: Bool { continuation.withLock { $0 == nil } }

        func answer(_ result: Result<SecretBytes, Failure>) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: result)
        }
    }

    /// The content of the file at `path`; when `root` is given, of the file at `path` below it.
    ///
    /// With a root, symbolic links are followed as long as what was opened stands below the root:
    /// orchestrators publish secrets behind links. The file that was opened is the one checked, so
    /// that a link which changes meanwhile gains nothing.
    ///
    /// - Throws: `.system` with `ETIMEDOUT` after `timeMax`, with `EAGAIN` when too many reads wait.
    public static func read(
        _ path: String,
        under root: String? = nil
    ) async throws(Failure) -> SecretBytes {
        let result: Result<SecretBytes, Failure> = await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            let isTaken = lanes.run {
                // Whoever has given up needs no secret in memory.
                if !waiter.isAnswered { waiter.answer(readNow(path, under: root)) }
            }
            guard isTaken else { return waiter.answer(.failure(failure(EAGAIN))) }
            timer.asyncAfter(deadline: .now() + .seconds(Int(timeMax / .seconds(1)))) {
                waiter.answer(.failure(failure(ETIMEDOUT)))
            }
        }
        return try result.get()
    }

    /// The same, on the caller's thread, which waits: for the start.
    public static func readBlocking(_ path: String) throws(Failure) -> SecretBytes {
        try readNow(path, under: nil).get()
    }

    private static func readNow(_ path: String, under root: String?) -> Result<SecretBytes, Failure>
    {
        do throws(Failure) {
            let fullPath = root.map { root in "\(root)/\(path)" } ?? path
            // Not blocking, or opening a named pipe would wait for its writer.
            let descriptor = unsafe open(fullPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            guard descriptor >= 0 else { throw failure(errno) }
            defer { close(descriptor) }
            if let root { try check(descriptor, isUnder: root) }
            return .success(try readAll(descriptor))
        } catch {
            return .failure(error)
        }
    }

    private static func failure(_ number: Int32) -> Failure {
        switch number {
        case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EISDIR: .notFound
        case EACCES, EPERM: .denied
        default: .system(SystemError(operation: "read a secret's file", errno: number))
        }
    }

    private static func check(_ descriptor: Int32, isUnder root: String) throws(Failure) {
        guard let resolvedRoot = resolve(root) else { throw failure(errno) }
        guard let resolvedFile = path(of: descriptor) else { throw failure(errno) }
        let prefix = resolvedRoot == "/" ? "/" : resolvedRoot + "/"
        guard resolvedFile.hasPrefix(prefix) else { throw .denied }
    }

    /// The path without symbolic links; nil with `errno` set when there is none.
    private static func resolve(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard unsafe realpath(path, &buffer) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where the opened file stands, as the kernel knows it; nil with `errno` set when unknown.
    private static func path(of descriptor: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func readAll(_ descriptor: Int32) throws(Failure) -> SecretBytes {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notFound }
        // One byte more than allowed tells a file that is too large, or that grew meanwhile.
        var bytes = [UInt8](repeating: 0, count: byteCountMax + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if got < 0 {
                guard errno == EINTR else { throw failure(errno) }
            } else if got == 0 {
                // Shortened in place, so that no other copy is left unwiped.
                bytes.removeLast(bytes.count - count)
                return SecretBytes(wiping: &bytes)
            } else {
                count += got
            }
        }
        throw .tooLarge
    }
}
