/// A name or a wildcard pattern of names (API section 1).
///
/// `*` matches any run of characters, dots and the empty run included; everything else matches
/// itself. Anchored and case-sensitive. Cedar's `like` decides alike. Two patterns are equal when
/// they are written alike.
///
/// Matching is linear whatever the pattern, so the number of stars needs no limit of its own: what
/// stands before the first star and behind the last is compared once, and each piece between two
/// stars is sought from where the piece before it was first found, by Knuth, Morris and Pratt's
/// method, which looks at no byte of the name more than twice.
public struct Pattern: Sendable {
    /// The largest pattern, in bytes.
    public static let byteCountMax = 128
    /// The rule in words, for errors.
    public static let words = "1 to 128 of A-Z a-z 0-9 . _ - *, the first a letter, a digit or *"

    /// The pattern as it was written.
    public let text: String

    /// The text with each run of stars as one star, which means the same.
    private let bytes: [UInt8]
    private let prefixByteCount: UInt8
    private let suffixByteCount: UInt8
    private let literalByteCount: UInt8
    /// Parallel to `bytes`; empty where nothing stands between two stars.
    private let links: [UInt8]

    private static let star: UInt8 = 0x2A
    /// What a comparison costs beside the bytes that it looks at, in steps of one byte.
    public static let comparisonStepCount = 8

    /// Checks and wraps a pattern; nil when it is empty, too long or out of the alphabet.
    public init?(_ text: String) {
        let written = text.utf8
        guard let first = written.first, written.count <= Self.byteCountMax else { return nil }
        guard IdentifierRule.isAlphanumeric(first) || first == Self.star else { return nil }
        let isGood = written.allSatisfy { IdentifierRule.isInAlphabet($0) || $0 == Self.star }
        guard isGood else { return nil }
        let bytes = Self.collapsed(written)
        self.text = text
        self.bytes = bytes
        let prefixLength = bytes.firstIndex(of: Self.star) ?? bytes.count
        let suffixLength = bytes.count - (bytes.lastIndex(of: Self.star) ?? -1) - 1
        let literalCount = bytes.count { $0 != Self.star }
        // At most 128 each, by the check above.
        self.prefixByteCount = UInt8(prefixLength)
        self.suffixByteCount = UInt8(suffixLength)
        self.literalByteCount = UInt8(literalCount)
        let hasPiece = literalCount > prefixLength + suffixLength
        self.links = hasPiece ? Self.links(bytes) : []
    }

    private static func collapsed(_ written: String.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(written.count)
        for byte in written where byte != star || bytes.last != star { bytes.append(byte) }
        return bytes
    }

    /// For each place of a piece, how many of its first bytes end there again: where to go on in
    /// the piece when the byte behind that place does not match.
    private static func links(_ bytes: [UInt8]) -> [UInt8] {
        var links = [UInt8](repeating: 0, count: bytes.count)
        var start = 0
        for at in bytes.indices {
            if bytes[at] == star {
                start = at + 1
                continue
            }
            guard at > start else { continue }
            var length = Int(links[at - 1])
            while length > 0, bytes[start + length] != bytes[at] {
                length = Int(links[start + length - 1])
            }
            links[at] = UInt8(bytes[start + length] == bytes[at] ? length + 1 : 0)
        }
        return links
    }

    /// Whether the pattern is nothing but stars: it matches every name.
    public var matchesAll: Bool { bytes == [Self.star] }

    /// Whether the pattern has no `*`: it matches its own text alone.
    public var isExact: Bool { literalPrefixLength == bytes.count }
    /// The number of characters that are not `*`.
    public var literalCount: Int { Int(literalByteCount) }
    /// The number of characters before the first `*`.
    public var literalPrefixLength: Int { Int(prefixByteCount) }
    /// The number of characters behind the last `*`; all of them in an exact name.
    private var suffixLength: Int { Int(suffixByteCount) }
}

extension Pattern {
    /// Whether the whole of `name` matches.
    ///
    /// - Complexity: O(name + pattern), both at most 128 bytes where names are identifiers.
    public func matches(_ name: String) -> Bool {
        var stepCount = 0
        return matches(name, stepCount: &stepCount)
    }

    /// Whether the whole of `name` matches, adding to `stepCount` what that cost.
    ///
    /// A step is a byte looked at; each comparison costs `comparisonStepCount` more.
    public func matches(_ name: String, stepCount: inout Int) -> Bool {
        var name = name
        return name.withUTF8Span { self.matches($0, &stepCount) }
    }

    /// Whether every name that `other` matches is matched by this pattern too.
    ///
    /// Only a star can match a star, so matching the text of the other proves that each run which a
    /// star of it stands for falls to a star of this one. Adds to `stepCount` like `matches`.
    public func covers(_ other: Pattern, stepCount: inout Int) -> Bool {
        matches(other.bytes.span, &stepCount)
    }

    /// Whether some name matches both patterns.
    ///
    /// Where both have stars, these swallow all that stands between the ends of the other, so it is
    /// enough that the ends agree: one start begins with the other, one end ends with the other.
    ///
    /// - Complexity: O(n + m), both at most 128 bytes.
    public func intersects(_ other: Pattern) -> Bool {
        var stepCount = 0
        if isExact { return other.matches(bytes.span, &stepCount) }
        if other.isExact { return matches(other.bytes.span, &stepCount) }
        let starts = zip(
            bytes.prefix(literalPrefixLength),
            other.bytes.prefix(other.literalPrefixLength)
        )
        let ends = zip(
            bytes.suffix(suffixLength).reversed(),
            other.bytes.suffix(other.suffixLength).reversed()
        )
        return starts.allSatisfy { $0 == $1 } && ends.allSatisfy { $0 == $1 }
    }

    private func matches(_ name: Span<UInt8>, _ stepCount: inout Int) -> Bool {
        stepCount += Self.comparisonStepCount
        guard isExact ? name.count == literalCount : name.count >= literalCount else {
            return false
        }
        for at in 0..<literalPrefixLength where bytes[at] != name[at] {
            stepCount += at
            return false
        }
        stepCount += literalPrefixLength
        guard !isExact else { return true }
        let end = name.count - suffixLength
        let skipped = bytes.count - name.count
        for at in end..<name.count where bytes[at + skipped] != name[at] {
            stepCount += at - end
            return false
        }
        stepCount += suffixLength
        return links.isEmpty || findsPieces(name, before: end, &stepCount)
    }

    /// Whether the pieces between stars stand one behind the other in the name, from behind what
    /// the pattern starts with to `end`.
    private func findsPieces(_ name: Span<UInt8>, before end: Int, _ stepCount: inout Int) -> Bool {
        let last = bytes.count - suffixLength
        var start = literalPrefixLength + 1
        var at = start
        for position in literalPrefixLength..<end {
            let byte = name[position]
            while at > start, bytes[at] != byte { at = start + Int(links[at - 1]) }
            guard bytes[at] == byte else { continue }
            at += 1
            guard bytes[at] == Self.star else { continue }
            // The earliest place of a piece leaves the most room for those behind it.
            start = at + 1
            at = start
            if start == last {
                stepCount += 2 * (position - literalPrefixLength + 1)
                return true
            }
        }
        stepCount += 2 * (end - literalPrefixLength)
        return false
    }
}

extension Pattern: Hashable {
    /// Whether both are written alike.
    public static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension String {
    /// Calls `body` with the bytes of the text, without a copy where the text is native.
    fileprivate mutating func withUTF8Span<R>(_ body: (Span<UInt8>) -> R) -> R {
        body(self.utf8Span.span)
    }
}
