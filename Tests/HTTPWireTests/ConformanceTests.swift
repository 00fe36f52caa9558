import Testing

@testable import HTTPWire

/// What RFC 9112 (HTTP/1.1) and RFC 9110 (HTTP semantics) ask of a recipient, section by section.
///
/// Where a MUST lets us choose between refusing and repairing, we refuse; where we are stricter
/// than we must be, the rule says so. What they ask of answers is in HTTPServerTests.
@Suite struct ConformanceTests {
    @Test(arguments: ConformanceRule.all)
    func `keeps`(_ rule: ConformanceRule) {
        let pieces = rule.wire.indices.map { index in rule.wire[index...index] }
        for transcript in [WireTranscript([rule.wire[...]]), WireTranscript(pieces)] {
            let targets = transcript.entries.map { entry in
                entry.path + (entry.query.map { query in "?" + query } ?? "")
            }
            switch rule.outcome {
            case .served(let expected):
                #expect(transcript.refusal == nil && targets == expected, "\(transcript)")
            case .refused(let status, let expected):
                #expect(transcript.refusal?.status == status, "\(transcript)")
                #expect(targets == expected, "\(transcript)")
            }
        }
    }
}
