import Glibc

/// The stream that a process is started with to read from.
public enum StandardInput {
    /// All that comes until its end.
    ///
    /// Blocks until whoever writes it is done.
    ///
    /// - Throws: `SystemError` with `EFBIG` when there are more than `byteCountMax` bytes.
    public static func contents(byteCountMax: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try read(into: &piece)
            if count == 0 { return bytes }
            guard bytes.count + count <= byteCountMax else {
                throw SystemError(operation: "read the standard input", errno: EFBIG)
            }
            bytes += piece[..<count]
        }
    }

    /// The line that comes next, without its end; nil at the end.
    ///
    /// A byte at a time, so that what follows stays for the next reader. A longer line than
    /// `byteCountMax` is cut.
    public static func line(byteCountMax: Int = 1024) -> String? {
        var bytes: [UInt8] = []
        var byte: [UInt8] = [0]
        while true {
            let count: Int
            do {
                count = try read(into: &byte)
            } catch {
                // Nobody answers any more, as at the end.
                count = 0
            }
            if count == 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte[0] == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < byteCountMax { bytes.append(byte[0]) }
        }
    }

    /// Whether somebody types it.
    public static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    private static func read(into bytes: inout [UInt8]) throws(SystemError) -> Int {
        while true {
            // The pointer is used during the call only, and within the array.
            let count = unsafe bytes.withUnsafeMutableBytes { space in
                unsafe Glibc.read(STDIN_FILENO, space.baseAddress, space.count)
            }
            let cause = errno
            if count >= 0 { return count }
            guard cause == EINTR else {
                throw SystemError(operation: "read the standard input", errno: cause)
            }
        }
    }
}
