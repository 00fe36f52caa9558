import Testing

@testable import HTTPWire

/// Messages that are almost valid, cut anywhere: the parser always answers, and always the same.
///
/// A failure names its seed, which makes the same message again.
@Suite struct RequestMutationTests {
    /// A small generator whose numbers follow from its seed (SplitMix64).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    /// Bytes that mean something to the grammar, and some that mean nothing.
    private static let alphabet = Array("\r\n \t:;,0aF/?%#[]@{\0\u{7F}".utf8) + [0x80, 0xFF]

    private static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.targetByteCountMax = 40
        limits.headerByteCountMax = 120
        limits.fieldCountMax = 6
        limits.bodyByteCountMax = 24
        limits.trailerByteCountMax = 16
        limits.chunkExtensionByteCountMax = 8
        return limits
    }()

    private static func mutated(_ stream: String, with numbers: inout Numbers) -> [UInt8] {
        var bytes = Array(stream.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            let index = Int.random(in: 0..<max(1, bytes.count), using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0 where !bytes.isEmpty: bytes.remove(at: index)
            case 1: bytes.insert(alphabet.randomElement(using: &numbers) ?? 0, at: index)
            case 2 where !bytes.isEmpty:
                bytes[index] = alphabet.randomElement(using: &numbers) ?? 0
            default: bytes.insert(contentsOf: bytes.suffix(from: index).prefix(12), at: index)
            }
        }
        return bytes
    }

    private static func pieces(_ bytes: [UInt8], with numbers: inout Numbers) -> [ArraySlice<UInt8>]
    {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...20, using: &numbers)
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    @Test func `gives the same result under any split`() {
        for seed in 0..<6_000 as Range<UInt64> {
            var numbers = Numbers(state: seed)
            let stream = RequestSplitTests.streams.randomElement(using: &numbers) ?? ""
            let bytes = Self.mutated(stream, with: &numbers)
            let whole = WireTranscript([bytes[...]], limits: Self.limits)
            let pieces = Self.pieces(bytes, with: &numbers)
            #expect(WireTranscript(pieces, limits: Self.limits) == whole, "seed \(seed)")
        }
    }
}
