import Model

/// Takes out what `SecretScan` recognizes: the keys of well-known providers, and PEM blocks.
enum KeyFormats {
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)
    /// No format is shorter, with its prefix.
    private static let keyLengthMin = 14
    /// So many bytes of a word tell whether it is a key.
    private static let keyLengthLooked = 64

    /// Whether there is anything that `redacting` might take out: a look without copies, which is all
    /// that nearly every text gets.
    static func mayStand(in bytes: Span<UInt8>) -> Bool {
        // No key and no block is shorter.
        guard bytes.count >= begin.count else { return false }
        return SecretScan.looksLikeSecret(bytes) || hasBegin(bytes)
    }

    private static func hasBegin(_ bytes: Span<UInt8>) -> Bool {
        var matched = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == begin[matched] {
                matched += 1
                if matched == begin.count { return true }
            } else if byte == 0x2D {
                // More dashes than the five that the block begins with.
                matched = matched == dashes.count ? matched : 1
            } else {
                matched = 0
            }
        }
        return false
    }

    /// The bytes with `AuditRedaction.mark` for each key; nil when there is none.
    static func redacting(_ bytes: [UInt8]) -> [UInt8]? {
        guard mayStand(in: bytes.span) else { return nil }
        let ranges = keys(in: bytes) + blocks(in: bytes)
        return ranges.isEmpty ? nil : RedactedRanges.replace(ranges, in: bytes)
    }

    /// A PEM block goes whole; one without an end goes with everything after it.
    private static func blocks(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.count >= begin.count, bytes.contains(0x2D) else { return [] }
        var ranges: [Range<Int>] = []
        var rest = bytes[...]
        while let start = rest.firstRange(of: begin) {
            guard let last = rest[start.upperBound...].firstRange(of: end),
                let close = rest[last.upperBound...].firstRange(of: dashes)
            else { return ranges + [start.lowerBound..<bytes.count] }
            ranges.append(start.lowerBound..<close.upperBound)
            rest = rest[close.upperBound...]
        }
        return ranges
    }

    /// A key begins where a run of the keys' alphabet does, and goes on over dots.
    private static func keys(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.count >= keyLengthMin else { return [] }
        var ranges: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            guard isKeyByte(bytes[index]) else {
                index += 1
                continue
            }
            let word = bytes[index...].prefix { isKeyByte($0) || $0 == 0x2E }
            if isKey(word) {
                ranges.append(index..<word.endIndex)
                index = word.endIndex
            } else {
                index = word.firstIndex(of: 0x2E) ?? word.endIndex
            }
        }
        return ranges
    }

    private static func isKey(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= keyLengthMin else { return false }
        let start = word.prefix(keyLengthLooked)
        return SecretScan.looksLikeSecret(String(decoding: start, as: UTF8.self))
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
