import JSON
import Platform

/// The exact values that must not be recorded, in every spelling in which they may turn up.
struct NeedleSet: Sendable {
    /// A shorter value would be found in half of all texts, and is worth nothing as a secret.
    static let byteCountMin = 4
    /// The fewest bytes of a value whose base64 spellings are looked for.
    private static let base64ByteCountMin = 6

    /// The values as they are, and the base64 spellings, which stretch over their whole word.
    private let plain: NeedleTable
    private let encoded: NeedleTable

    init(_ values: [String]) {
        let values = Set(values.map { Array($0.utf8) }).filter { $0.count >= Self.byteCountMin }
        plain = NeedleTable(values)
        mayBeNumber = values.contains { $0.allSatisfy("+-.0123456789Ee".utf8.contains) }
        let long = values.filter { $0.count >= Self.base64ByteCountMin }
        encoded = NeedleTable(Set(long.flatMap(Self.base64Spellings)))
    }

    /// Whether there is nothing to look for.
    var isEmpty: Bool { plain.isEmpty }

    /// Whether a number could be one of the values: seldom, and looking at every number is dear.
    let mayBeNumber: Bool

    /// The bytes with `AuditRedaction.mark` for each value; nil when there is none.
    func redacting(_ bytes: [UInt8]) -> [UInt8]? {
        guard !plain.isEmpty else { return nil }
        var ranges = plain.ranges(in: bytes)
        ranges += encoded.ranges(in: bytes).map { Self.wholeWord($0, in: bytes) }
        for view in [DecodedView(percent: bytes), DecodedView(escapes: bytes)] {
            guard let view else { continue }
            ranges += plain.ranges(in: view.bytes).map(view.source)
            ranges += encoded.ranges(in: view.bytes)
                .map { range in
                    view.source(Self.wholeWord(range, in: view.bytes))
                }
        }
        return ranges.isEmpty ? nil : RedactedRanges.replace(ranges, in: bytes)
    }

    /// Whether the digits of a number hold one of the values.
    func isNumber(_ value: JSONValue) -> Bool {
        mayBeNumber && redacting(value.serialized()) != nil
    }

    /// The characters of base64 that depend on the value alone, for each of the three places in
    /// which it may stand behind other bytes, in both alphabets.
    static func base64Spellings(_ value: [UInt8]) -> [[UInt8]] {
        (0..<3)
            .flatMap { offset in
                let bytes = [UInt8](repeating: 0, count: offset) + value
                let first = (offset * 8 + 5) / 6
                let end = bytes.count * 8 / 6
                return [Base64.Variant.standard, .url]
                    .map { variant in
                        Array(Array(Base64.encode(bytes, as: variant).utf8)[first..<end])
                    }
            }
    }

    /// The word of base64 around a range: what stands beside a value in it is a part of a credential.
    private static func wholeWord(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        let before = bytes[..<range.lowerBound].reversed().prefix(while: isBase64Byte).count
        let after = bytes[range.upperBound...].prefix(while: isBase64Byte).count
        return (range.lowerBound - before)..<(range.upperBound + after)
    }

    private static func isBase64Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2F, 0x3D, 0x5F: true
        default: false
        }
    }
}
