import JSON
import Model
import Testing

/// Policy tests as they are read: matrices, and their limits.
@Suite struct PolicyTestMatrixTests {
    private static func parties(_ prefix: String, _ count: Int) -> JSONValue {
        .array((0..<count).map { ["type": "thing", "id": .string("\(prefix)\($0)")] })
    }

    private static func test(
        _ subjectCount: Int,
        _ actionCount: Int,
        _ resourceCount: Int,
        expected: JSONValue = []
    ) -> JSONValue {
        [
            "given": [
                "subjects": parties("s", subjectCount),
                "actions": .array((0..<actionCount).map { .string("a\($0)") }),
                "resources": parties("r", resourceCount),
            ], "expected": expected,
        ]
    }

    private func read(_ json: JSONValue) -> (test: PolicyTest, issues: [Model.Issue]) {
        let issues = IssueList()
        let test = PolicyTest(json, at: .root, issues: issues)
        return (test, issues.issues)
    }

    private func issues(ofRule tests: JSONValue) -> [Model.Issue] {
        let issues = IssueList()
        let rule: JSONValue = ["id": "r", "effect": "forbid", "tests": tests]
        _ = PolicyRule(reading: rule, id: nil, issues: issues)
        return issues.issues
    }

    @Test func `every combination is asked once, and what is listed is permitted`() {
        let listed: JSONValue = [["subject": "s1", "action": "a0", "resource": "r2"]]
        let (test, issues) = read(Self.test(2, 2, 3, expected: listed))
        #expect(issues.isEmpty)
        #expect(test.questionCount == 12)
        let asked = test.questions.map { "\($0.subject.id) \($0.action) \($0.resource.id)" }
        var wanted: [String] = []
        for subject in ["s0", "s1"] {
            for action in ["a0", "a1"] {
                for resource in ["r0", "r1", "r2"] {
                    wanted.append("\(subject) \(action) \(resource)")
                }
            }
        }
        #expect(asked == wanted)
        let permitted = test.questions.filter(\.isPermitted)
        #expect(permitted.map(\.resource.id) == ["r2"])
        #expect(permitted.map(\.subject.id) == ["s1"])
    }

    @Test func `as many combinations as the limit, and one action more`() {
        #expect(read(Self.test(10, 10, 10)).issues.isEmpty)
        let (test, issues) = read(Self.test(10, 11, 10))
        #expect(issues.map(\.code) == [.limitExceeded])
        #expect(issues.map(\.pointer) == ["/given/subjects"])
        #expect(test.questionCount == 0)
        #expect(Array(test.questions).isEmpty)
    }

    @Test func `as many entries as the limit, and one more`() {
        #expect(read(Self.test(100, 1, 1)).issues.isEmpty)
        for (test, place) in [
            (Self.test(101, 1, 1), "/given/subjects"), (Self.test(1, 101, 1), "/given/actions"),
            (Self.test(1, 1, 101), "/given/resources"),
        ] {
            let found = read(test).issues
            #expect(found.map(\.code) == [.limitExceeded])
            #expect(found.map(\.pointer) == [place])
        }
    }

    @Test func `as many tests as the limit, and one more`() {
        let one = Self.test(1, 1, 1)
        #expect(issues(ofRule: .array(Array(repeating: one, count: 100))).isEmpty)
        let found = issues(ofRule: .array(Array(repeating: one, count: 101)))
        #expect(found.map(\.code) == [.limitExceeded])
        #expect(found.map(\.pointer) == ["/tests"])
    }

    @Test func `as many combinations of a rule as the limit, and one more`() {
        let full = Array(repeating: Self.test(10, 10, 10), count: 10)
        #expect(issues(ofRule: .array(full)).isEmpty)
        let found = issues(ofRule: .array(full + [Self.test(1, 1, 1)]))
        #expect(found.map(\.code) == [.limitExceeded])
        #expect(found.map(\.pointer) == ["/tests"])
    }

    @Test(
        arguments: [
            (["subject": "s9", "action": "a0", "resource": "r0"], "/expected/0/subject"),
            (["subject": "s0", "action": "a9", "resource": "r0"], "/expected/0/action"),
            (["subject": "s0", "action": "a0", "resource": "r9"], "/expected/0/resource"),
            (["action": "a0", "resource": "r0"], "/expected/0/subject"),
            (["subject": 1, "action": "a0", "resource": "r0"], "/expected/0/subject"),
            (
                ["subject": "s0", "action": "a0", "resource": "r0", "decision": true],
                "/expected/0/decision"
            ), ("s0", "/expected/0"),
        ] as [(JSONValue, String)]
    )
    func `an expectation that would never be asked names its member`(
        _ expected: JSONValue,
        _ pointer: String
    ) {
        let found = read(Self.test(1, 1, 1, expected: [expected])).issues
        #expect(found.map(\.pointer).contains(pointer), "\(found)")
    }

    @Test(
        arguments: [
            ([], ""), (["expected": []], "/given"),
            (["given": ["subjects": [], "actions": [], "resources": []]], "/expected"),
        ] as [(JSONValue, String)]
    )
    func `what is no test is refused where it is wrong`(_ json: JSONValue, _ pointer: String) {
        #expect(read(json).issues.map(\.pointer).contains(pointer))
    }
}
