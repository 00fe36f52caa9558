import Glibc

extension Span<UInt8> {
    /// Whether every byte is zero; true without bytes.
    ///
    /// As fast as the C library compares memory, also in a debug build: files are full of zeros that
    /// were written ahead.
    public var isZero: Bool {
        guard count > 0, self[0] == 0 else { return count == 0 }
        // Bytes that equal their successors are all alike. The pointers stay within the span.
        return unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, start + 1, bytes.count - 1) == 0
        }
    }
}
