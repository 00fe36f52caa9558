import Testing

@testable import HTTPWire

/// Messages that are almost valid, cut anywhere: the parser always answers, and always the same.
///
/// A failure names its seed, which makes the same message again.
@Suite struct RequestMutationTests {
    /// Bytes that mean something to the grammar, and some that mean nothing.
    private static let alphabet = Array("\r\n \t:;,0aF/?%#[]@{\0\u{7F}".utf8) + [0x80, 0xFF]

    private static func mutated(_ stream: String, with numbers: inout SeededNumbers) -> [UInt8] {
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

    @Test func `keeps every property`() {
        for seed in 0..<6_000 as Range<UInt64> {
            var numbers = SeededNumbers(seed: seed)
            let stream = RequestSplitTests.streams.randomElement(using: &numbers) ?? ""
            let bytes = Self.mutated(stream, with: &numbers)
            let violation = WireProperties.violation(bytes)
            #expect(violation == nil, "seed \(seed)")
        }
    }
}
