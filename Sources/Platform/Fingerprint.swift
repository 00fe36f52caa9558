/// A short name for bytes that nobody without the process's secret can predict: 128 bits.
///
/// For tables in memory only; it means nothing to another process.
public struct Fingerprint: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    /// A number below `count`, alike for alike fingerprints and evenly spread.
    public func index(below count: Int) -> Int { Int(low % UInt64(count)) }
}

/// Makes fingerprints.
///
/// Two SipHash-1-3, each under a secret of its own that is drawn once for each process, so that a
/// client can neither find two messages with one fingerprint nor guess another's: it never sees
/// one. Measured on 300 bytes: a fifth of what SHA-256 takes.
public struct FingerprintMaker: Sendable {
    private static let secrets = (Random.integer(), Random.integer())

    private var high = Hasher()
    private var low = Hasher()

    /// Nothing was read yet.
    public init() {
        high.combine(Self.secrets.0)
        low.combine(Self.secrets.1)
    }

    /// Reads a part; where parts end counts.
    public mutating func combine(_ part: ArraySlice<UInt8>) {
        high.combine(part.count)
        low.combine(part.count)
        unsafe part.withUnsafeBytes { bytes in
            unsafe high.combine(bytes: bytes)
            unsafe low.combine(bytes: bytes)
        }
    }

    /// The fingerprint of the parts read.
    public func finalize() -> Fingerprint {
        let (high, low) = (high.finalize(), low.finalize())
        return Fingerprint(
            high: UInt64(bitPattern: Int64(high)),
            low: UInt64(bitPattern: Int64(low))
        )
    }
}
