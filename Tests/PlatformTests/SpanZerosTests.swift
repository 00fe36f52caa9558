import Platform
import Testing

@Suite struct SpanZerosTests {
    /// A span may not be handed to a macro.
    private func isZero(_ bytes: [UInt8]) -> Bool { bytes.span.isZero }

    @Test func `no bytes are zero`() {
        #expect(isZero([]))
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
}
