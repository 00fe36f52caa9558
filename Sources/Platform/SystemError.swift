import Glibc

/// A system call that failed, with what the kernel said.
///
/// `errno` is read in the statement after the call, before anything else can overwrite it.
public struct SystemError: Error, Sendable, Hashable {
    /// What was attempted, such as `bind 127.0.0.1:8080`; for the operator's log.
    public let operation: String

    /// The kernel's error number.
    public let errno: Int32

    /// The operation and the kernel's words for its failure.
    public var message: String {
        var text = [CChar](repeating: 0, count: Self.textByteCountMax)
        // The POSIX variant fills the buffer and ends it with NUL, or reports that it could not.
        let status = unsafe strerror_r(errno, &text, text.count)
        guard status == 0 else { return "\(operation): error \(errno)" }
        let words = text.prefix { byte in byte != 0 }.map(UInt8.init(bitPattern:))
        return "\(operation): \(String(decoding: words, as: UTF8.self))"
    }

    /// Names a failed call and its error number.
    public init(operation: String, errno: Int32) {
        self.operation = operation
        self.errno = errno
    }

    /// The longest error text of the C library that is kept, in bytes.
    private static let textByteCountMax = 256
}

extension SystemError: CustomStringConvertible {
    /// The same text as `message`.
    public var description: String { message }
}
