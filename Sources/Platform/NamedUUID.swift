/// Identifiers that follow from what they name (RFC 9562 section 5.8, version 8): the first bits of
/// its SHA-256.
public enum NamedUUID {
    /// The identifier of a name as text: the same for the same bytes, whoever asks and whenever.
    public static func make(_ name: [UInt8]) -> String {
        let digest = Digest.sha256(name)
        func half(_ start: Int) -> UInt64 {
            digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        let high = half(0) & ~0xF000 | 0x8000
        let low = half(8) & ~(3 << 62) | 2 << 62
        return UUIDv7.text((high, low))
    }
}
