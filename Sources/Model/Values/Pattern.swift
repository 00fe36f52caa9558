/// A name or a wildcard pattern of names (API section 1).
///
/// `*` matches any run of characters, dots and the empty run included; everything else matches
/// itself. Anchored and case-sensitive. Cedar's `like` decides alike.
public struct Pattern: Sendable, Hashable {
    /// The largest pattern, in bytes.
    public static let byteCountMax = 128
    /// The rule in words, for errors.
    public static let words = "1 to 128 of A-Z a-z 0-9 . _ - *, the first a letter, a digit or *"

    /// The pattern as it was written.
    public let text: String
    private let bytes: [UInt8]
    private static let star: UInt8 = 0x2A

    /// Checks and wraps a pattern; nil when it is empty, too long or out of the alphabet.
    public init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        guard let first = bytes.first, bytes.count <= Self.byteCountMax else { return nil }
        guard IdentifierRule.isAlphanumeric(first) || first == Self.star else { return nil }
        let isGood = bytes.allSatisfy { IdentifierRule.isInAlphabet($0) || $0 == Self.star }
        guard isGood else { return nil }
        self.text = text
        self.bytes = bytes
    }

    /// Whether the pattern has no `*`: it matches its own text alone.
    public var isExact: Bool { !bytes.contains(Self.star) }
    /// The number of characters that are not `*`.
    public var literalCount: Int { bytes.count { $0 != Self.star } }
    /// The number of characters before the first `*`.
    public var literalPrefixLength: Int { bytes.firstIndex(of: Self.star) ?? bytes.count }

    /// Whether the whole of `name` matches.
    ///
    /// - Complexity: O(name × pattern) at worst, both at most 128 bytes.
    public func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8Span { self.matches($0) }
    }

    private func matches(_ name: Span<UInt8>) -> Bool {
        var at = 0
        var position = 0
        var starAt = -1
        var resume = 0
        while position < name.count {
            if at < bytes.count, bytes[at] == Self.star {
                starAt = at
                resume = position
                at += 1
            } else if at < bytes.count, bytes[at] == name[position] {
                at += 1
                position += 1
            } else if starAt >= 0 {
                at = starAt + 1
                resume += 1
                position = resume
            } else {
                return false
            }
        }
        while at < bytes.count, bytes[at] == Self.star { at += 1 }
        return at == bytes.count
    }

    /// Whether some name matches both patterns.
    ///
    /// - Complexity: O(n × m), both at most 128 bytes.
    public func intersects(_ other: Pattern) -> Bool {
        // reached[j]: some text matches this pattern up to i and the other up to j.
        let width = other.bytes.count
        var reached = [Bool](repeating: false, count: width + 1)
        reached[0] = true
        for j in 0..<width where other.bytes[j] == Self.star { reached[j + 1] = reached[j] }
        for byte in bytes {
            var next = [Bool](repeating: false, count: width + 1)
            next[0] = byte == Self.star && reached[0]
            for j in 0..<width {
                let theirs = other.bytes[j]
                if byte == Self.star || theirs == Self.star {
                    // A star stands for nothing, or swallows one step of the other side.
                    next[j + 1] = next[j] || reached[j + 1]
                } else {
                    next[j + 1] = reached[j] && byte == theirs
                }
            }
            reached = next
        }
        return reached[width]
    }
}

extension String {
    /// Calls `body` with the bytes of the text, without a copy where the text is native.
    fileprivate mutating func withUTF8Span<R>(_ body: (Span<UInt8>) -> R) -> R {
        body(self.utf8Span.span)
    }
}
