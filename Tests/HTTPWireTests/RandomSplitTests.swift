import Testing

/// Random cuts of whole conversations; a failure names its seed, which cuts alike again.
@Suite struct RandomSplitTests {
    @Test func `any number of cuts gives the same result`() {
        let streams =
            RequestSplitTests.streams.map { stream in Array(stream.utf8) }
            + ConformanceRule.all.map(\.wire)
        // Another seed each run: over time the runs try more cuts than one of them could.
        let first = UInt64.random(in: 0..<UInt64.max / 2)
        for (index, bytes) in streams.enumerated() {
            let whole = WireTranscript([bytes[...]])
            for round in 0..<20 as Range<UInt64> {
                let seed = first + UInt64(index) * 20 + round
                var numbers = SeededNumbers(seed: seed)
                let longest = 1 + Int(numbers.next() % 40)
                let pieces = numbers.pieces(of: bytes, longest: longest)
                #expect(WireTranscript(pieces) == whole, "stream \(index), seed \(seed)")
            }
        }
    }

    @Test(arguments: ConformanceRule.all.filter { rule in rule.wire.count < 400 })
    func `any split in two gives the same result`(_ rule: ConformanceRule) {
        let whole = WireTranscript([rule.wire[...]])
        for cut in 0...rule.wire.count {
            let split = WireTranscript([rule.wire[..<cut], rule.wire[cut...]])
            #expect(split == whole, "cut at \(cut)")
        }
    }
}
