import Commands
import Testing

@Suite struct PreconditionTests {
    typealias Tags = Precondition.Tags

    /// What a write says, the revision that is there, and whether it may go on.
    static let cases: [(Tags?, Tags?, UInt64?, Bool)] = [
        (nil, nil, nil, true), (nil, nil, 7, true),
        (.of(["7"]), nil, 7, true), (.of(["6"]), nil, 7, false), (.of(["6", "7"]), nil, 7, true),
        (.of(["07"]), nil, 7, false), (.of([]), nil, 7, false), (.of(["7"]), nil, nil, false),
        (.any, nil, 7, true), (.any, nil, nil, false),
        (nil, .any, nil, true), (nil, .any, 7, false),
        (nil, .of(["7"]), 7, false), (nil, .of(["6"]), 7, true), (nil, .of(["7"]), nil, true),
        (.of(["7"]), .of(["7"]), 7, false), (.of(["7"]), .of(["6"]), 7, true),
    ]

    @Test(arguments: cases)
    func `a write goes on when the object is the one that its caller has seen`(
        _ sample: (ifMatch: Tags?, ifNoneMatch: Tags?, revision: UInt64?, passes: Bool)
    ) throws {
        let condition = Precondition(ifMatch: sample.ifMatch, ifNoneMatch: sample.ifNoneMatch)
        do {
            try condition.check(sample.revision)
            #expect(sample.passes)
        } catch {
            #expect(!sample.passes)
            #expect(error.kind == .preconditionFailed)
            #expect(error.code == "REVISION_MISMATCH")
        }
    }
}
