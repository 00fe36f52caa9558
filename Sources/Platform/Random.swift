import CShims

/// Random bytes for keys, tokens and identifiers.
///
/// From OpenSSL's generator, which is seeded by the kernel and reseeds itself.
public enum Random {
    /// The most bytes that one call gives.
    public static let byteCountMax = 65_536

    /// `count` random bytes, at most `byteCountMax`.
    ///
    /// The process stops when the system has no randomness: to go on would give guessable keys.
    public static func bytes(count: Int) -> [UInt8] {
        precondition((0...byteCountMax).contains(count), "a bounded number of random bytes")
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(status == 1, "the system has randomness")
        return bytes
    }

    /// A random number, every value alike.
    public static func integer() -> UInt64 {
        bytes(count: 8).reduce(0) { value, byte in value << 8 | UInt64(byte) }
    }
}
