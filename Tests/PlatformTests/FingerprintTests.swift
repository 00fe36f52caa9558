import Testing

@testable import Platform

@Suite struct FingerprintTests {
    private func fingerprint(_ parts: [[UInt8]]) -> Fingerprint {
        var maker = FingerprintMaker()
        for part in parts { maker.combine(part[...]) }
        return maker.finalize()
    }

    @Test func `the same parts have one fingerprint`() {
        #expect(fingerprint([[1, 2], [3]]) == fingerprint([[1, 2], [3]]))
    }

    @Test(arguments: [
        [[1, 2, 3]], [[1], [2, 3]], [[1, 2], [3], []], [[1, 2], [4]], [[], []], [],
    ])
    func `other parts have another one`(_ parts: [[UInt8]]) {
        #expect(fingerprint(parts) != fingerprint([[1, 2], [3]]))
    }

    @Test func `both halves depend on every byte`() {
        let all = (0..<256).map { fingerprint([[UInt8($0)]]) }
        #expect(Set(all.map(\.high)).count == 256)
        #expect(Set(all.map(\.low)).count == 256)
    }

    @Test func `an index is below its count`() {
        for byte in UInt8.min...UInt8.max {
            #expect((0..<7).contains(fingerprint([[byte]]).index(below: 7)))
        }
    }
}
