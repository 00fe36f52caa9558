public import Model

/// Elements found by what their patterns start with.
///
/// A name is hashed byte by byte and looked up at each length that some pattern's start has, so
/// that patterns which start otherwise cost nothing. Starts may collide: whoever looks elements up
/// judges each of them, and a collision costs time and nothing else.
public struct StartIndex<Element: Sendable>: Sendable {
    private var buckets: [StartHash: [Element]] = [:]
    /// The lengths of the starts, ascending; at most 128.
    public private(set) var lengths: [Int] = []

    /// An index without elements.
    public init() {}

    /// Whether it has no element.
    public var isEmpty: Bool { buckets.isEmpty }

    /// Changes the elements whose pattern starts like this one.
    public mutating func update(_ pattern: Pattern, _ body: (inout [Element]) -> Void) {
        let length = pattern.literalPrefixLength
        if !lengths.contains(length) {
            lengths.insert(length, at: lengths.firstIndex { $0 > length } ?? lengths.endIndex)
        }
        body(&buckets[StartHash(pattern.text.utf8.prefix(length)), default: []])
    }

    /// The elements whose pattern starts like this one.
    public subscript(pattern: Pattern) -> [Element] {
        buckets[StartHash(pattern.text.utf8.prefix(pattern.literalPrefixLength))] ?? []
    }

    /// Calls `body` with the elements of each start that stands at the beginning of the text, the
    /// shortest first, until it answers false.
    public func forEachStart(of text: Substring.UTF8View, _ body: ([Element]) -> Bool) {
        var hash = StartHash()
        var length = 0
        var bytes = text.makeIterator()
        for wanted in lengths {
            while length < wanted {
                guard let byte = bytes.next() else { return }
                hash.append(byte)
                length += 1
            }
            guard let elements = buckets[hash] else { continue }
            guard body(elements) else { return }
        }
    }
}

/// The hash of a start of a name, which grows byte by byte (FNV-1a).
private struct StartHash: Hashable, Sendable {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    mutating func append(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
