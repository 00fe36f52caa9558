import CShims

/// CRC32C (Castagnoli, reflected polynomial 0x82F63B78), as in iSCSI (RFC 3720 section 12.1).
///
/// It finds accidents, not forgeries. About 8 bytes in three cycles with SSE4.2, which is asked for
/// at run time; elsewhere a table takes one byte at a time.
public struct Checksum: Sendable {
    /// The register, inverted as the definition asks.
    private var register: UInt32 = .max

    /// The checksum of no bytes yet.
    public init() {}

    /// The checksum of all bytes that were added.
    public var value: UInt32 { ~register }

    /// Adds bytes, as if they followed the earlier ones directly.
    public mutating func add(_ bytes: Span<UInt8>) {
        register =
            Self.hasHardware
            ? Self.hardware(register, bytes) : Self.table(register, bytes)
    }

    /// The checksum of `bytes`.
    public static func crc32c(_ bytes: Span<UInt8>) -> UInt32 {
        var checksum = Checksum()
        checksum.add(bytes)
        return checksum.value
    }

    private static let hasHardware = bindery_crc32c_has_hardware() != 0

    private static func hardware(_ register: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
        // The instruction reads within the span only, and keeps no pointer.
        unsafe bytes.withUnsafeBufferPointer { pointer in
            unsafe bindery_crc32c_hardware(register, pointer.baseAddress, pointer.count)
        }
    }

    /// The register after `bytes`, one byte at a time: for a processor without the instruction.
    static func table(_ register: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
        var register = register
        for index in bytes.indices {
            let low = UInt8(truncatingIfNeeded: register) ^ bytes[index]
            register = entries[Int(low)] ^ (register >> 8)
        }
        return register
    }

    /// What each byte does to the register.
    private static let entries: [UInt32] = (0..<256)
        .map { byte in
            (0..<8)
                .reduce(UInt32(byte)) { entry, _ in
                    (entry >> 1) ^ (entry & 1 == 1 ? 0x82F6_3B78 : 0)
                }
        }
}
