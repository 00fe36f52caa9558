import Platform
import Testing

@Suite struct SpanScanningTests {
    // A span may not be handed to a macro.
    private func isZero(_ bytes: [UInt8]) -> Bool { bytes.span.isZero }

    private func firstIndex(of byte: UInt8, in bytes: [UInt8]) -> Int? {
        bytes.span.firstIndex(of: byte)
    }

    @Test func `no bytes are zero, and hold none`() {
        #expect(isZero([]))
        #expect(firstIndex(of: 0, in: []) == nil)
    }

    @Test func `one byte that is not zero is seen at every place`() {
        for count in 1...70 {
            var bytes = [UInt8](repeating: 0, count: count)
            #expect(isZero(bytes))
            for index in bytes.indices {
                bytes[index] = 1 << (index % 8)
                #expect(!isZero(bytes))
                bytes[index] = 0
            }
            #expect(!isZero([UInt8](repeating: 7, count: count)))
        }
    }

    @Test func `the first of equal bytes is found, of every value`() {
        let bytes = Array(0...255) + Array(0...255) as [UInt8]
        for byte in UInt8.min...UInt8.max {
            #expect(firstIndex(of: byte, in: bytes) == Int(byte))
        }
        #expect(firstIndex(of: 200, in: Array(0..<200)) == nil)
    }

    @Test func `every occurrence is counted, at both ends too`() {
        for (text, expected) in [("", 0), ("a", 1), ("b", 0), ("aa", 2), ("abaa", 3), ("bab", 1)] {
            let count = Array(text.utf8).span.count(of: UInt8(ascii: "a"))
            #expect(count == expected)
        }
    }

    @Test func `a part is searched by its own indices, and no further`() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 4]
        let found = bytes.span.extracting(2..<5).firstIndex(of: 4)
        #expect(found == 1)
        let missed = bytes.span.extracting(0..<3).firstIndex(of: 4)
        #expect(missed == nil)
    }
}
