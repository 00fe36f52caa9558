import Glibc

// What the C library does with wide registers, also in a debug build: files are large, and full of
// zeros that were written ahead.
extension Span<UInt8> {
    /// Whether every byte is zero; true without bytes.
    public var isZero: Bool {
        guard count > 0, self[0] == 0 else { return count == 0 }
        // Bytes that equal their successors are all alike. The pointers stay within the span.
        return unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, start + 1, bytes.count - 1) == 0
        }
    }

    /// The index of the first `byte`; nil when there is none.
    public func firstIndex(of byte: UInt8) -> Int? {
        // The pointer that is found points into the span, so the distance is an index of it.
        unsafe withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress,
                let found = unsafe memchr(start, Int32(byte), bytes.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - start
        }
    }

    /// How often `byte` occurs.
    public func count(of byte: UInt8) -> Int {
        var (occurrenceCount, start) = (0, 0)
        while let index = extracting(start...).firstIndex(of: byte) {
            occurrenceCount += 1
            start += index + 1
        }
        return occurrenceCount
    }
}
