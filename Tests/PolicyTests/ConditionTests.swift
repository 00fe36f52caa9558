import JSON
import Model
import Policy
import Testing

/// What each operator says; what can't be judged neither permits nor lets a forbid pass.
@Suite struct ConditionTests {
    enum Outcome: Equatable { case holds, fails, errs }

    static let question = AttributeQuestion(
        subject: AttributeQuestion.Party(
            type: "user",
            id: "alice",
            stored: [
                "role": "admin", "level": 3, "groups": ["staff", "sales"],
                "address": ["city": "Oslo"], "big": 9_007_199_254_740_993,
            ],
            told: ["role": "nobody", "shift": "day", "type": "x", "id": "y", "address": ["zip": 1]]
        ),
        action: "write",
        actionProperties: ["soft": true, "name": "x"],
        resource: AttributeQuestion.Party(
            type: "record",
            id: "record-1",
            stored: [:],
            told: ["owner": "alice", "status": "active", "none": nil]
        ),
        context: ["time": "2025-06-27T18:03:00Z", "risk": decimal(0.5)]
    )

    /// Learns what a condition says from what rules with it decide.
    static func outcome(
        _ condition: JSONValue,
        _ question: AttributeQuestion = question
    ) throws -> Outcome {
        let permit = try PolicySetTests.attributeRule("p", "permit", when: condition)
        let forbid = try PolicySetTests.attributeRule("f", "forbid", when: condition)
        let all = try PolicySetTests.attributeRule("all", "permit")
        func allows(_ rules: [PolicyRule]) -> Bool {
            let policies = AttributePolicies(
                platform: AttributeRules([], .platform),
                tenant: AttributeRules(rules, .tenant)
            )
            let decision = policies.decide(question, explains: false)
            let explained = policies.decide(question, explains: true)
            #expect(decision.isAllowed == explained.isAllowed)
            return decision.isAllowed
        }
        switch (allows([permit]), allows([forbid, all])) {
        case (true, false): return .holds
        case (false, true): return .fails
        default: return .errs
        }
    }

    private static func decimal(_ number: Double) -> JSONValue {
        JSONDecimal(number).map { .decimal($0) } ?? .null
    }

    private static func attr(_ path: String) -> JSONValue { ["attr": .string(path)] }

    static let table: [(JSONValue, Outcome)] = [
        // The store goes over what the question says; both over nothing.
        (["eq": [attr("subject.role"), "admin"]], .holds),
        (["eq": [attr("subject.role"), "nobody"]], .fails),
        (["eq": [attr("subject.shift"), "day"]], .holds),
        (["eq": [attr("subject.type"), "user"]], .holds),
        (["eq": [attr("subject.id"), "alice"]], .holds),
        (["eq": [attr("action.name"), "write"]], .holds),
        (["eq": [attr("action.soft"), true]], .holds),
        (["eq": [attr("resource.type"), "record"]], .holds),
        (["eq": [attr("subject.address.city"), "Oslo"]], .holds),
        // What the store knows of an attribute is all of it.
        (["exists": attr("subject.address.zip")], .fails),
        (["eq": [attr("subject.address.zip"), 1]], .errs),
        (["eq": [attr("subject.role.x"), 1]], .errs),
        (["eq": [attr("subject.missing"), 1]], .errs),
        (["ne": [attr("subject.missing"), 1]], .errs),
        (["not": ["eq": [attr("subject.missing"), 1]]], .errs),
        (["exists": attr("subject.missing")], .fails),
        (["not": ["exists": attr("subject.missing")]], .holds),
        (["exists": attr("resource.none")], .holds),
        (["eq": [attr("resource.none"), nil]], .holds),
        // Attribute to attribute.
        (["eq": [attr("subject.id"), attr("resource.owner")]], .holds),
        (["ne": [attr("subject.id"), attr("resource.owner")]], .fails),
        (["eq": [attr("subject.id"), attr("resource.id")]], .fails),
        // Types: other ones are not equal, and don't order.
        (["eq": [attr("subject.level"), "3"]], .fails),
        (["ne": [attr("subject.level"), "3"]], .holds),
        (["eq": [attr("subject.level"), decimal(3)]], .holds),
        (["eq": [attr("action.soft"), 1]], .fails),
        (["lt": [attr("subject.level"), 4]], .holds), (["lt": [attr("subject.level"), 3]], .fails),
        (["le": [attr("subject.level"), 3]], .holds), (["gt": [attr("subject.level"), 2]], .holds),
        (["ge": [attr("subject.level"), 4]], .fails),
        (["lt": [attr("subject.level"), "4"]], .errs),
        (["lt": [attr("action.soft"), true]], .errs),
        (["lt": [attr("context.risk"), 1]], .holds),
        (["gt": [attr("context.risk"), 1]], .fails),
        (["eq": [attr("subject.big"), 9_007_199_254_740_992]], .fails),
        (["gt": [attr("subject.big"), decimal(9_007_199_254_740_992)]], .holds),
        (["ge": [attr("context.time"), "2025-06-27"]], .holds),
        (["lt": [attr("context.time"), "2025"]], .fails),
        // Lists and texts.
        (["in": [attr("subject.role"), ["admin", "owner"]]], .holds),
        (["in": [attr("subject.role"), []]], .fails),
        (["in": [attr("subject.role"), ["Admin"]]], .fails),
        (["in": [attr("subject.role"), "admin"]], .errs),
        (["in": ["staff", attr("subject.groups")]], .holds),
        (["contains": [attr("subject.groups"), "sales"]], .holds),
        (["contains": [attr("subject.groups"), "sale"]], .fails),
        (["contains": [attr("subject.role"), "dmi"]], .holds),
        (["contains": [attr("subject.role"), ""]], .holds),
        (["contains": [attr("subject.role"), "administrator"]], .fails),
        (["contains": [attr("subject.role"), 1]], .errs),
        (["contains": [attr("subject.level"), 1]], .errs),
        (["startsWith": [attr("subject.role"), "adm"]], .holds),
        (["startsWith": [attr("subject.role"), "dm"]], .fails),
        (["startsWith": [attr("subject.level"), "3"]], .errs),
        (["startsWith": [attr("subject.role"), 1]], .errs),
    ]

    @Test(arguments: table.indices)
    func `an operator says what it is said to`(_ index: Int) throws {
        let (condition, wanted) = Self.table[index]
        #expect(try Self.outcome(condition) == wanted, "\(condition.serializedText)")
    }

    private static let yes: JSONValue = ["exists": attr("subject.role")]
    private static let no: JSONValue = ["exists": attr("subject.missing")]
    private static let wrong: JSONValue = ["eq": [attr("subject.missing"), 1]]

    @Test func `and, or and not decide from left to right; the first that settles it does`() throws
    {
        for (condition, wanted) in [
            (["and": [Self.yes, Self.yes]], .holds), (["and": [Self.yes, Self.no]], .fails),
            (["and": [Self.no, Self.wrong]], .fails), (["and": [Self.wrong, Self.no]], .errs),
            (["and": [Self.yes, Self.wrong]], .errs), (["or": [Self.no, Self.yes]], .holds),
            (["or": [Self.yes, Self.wrong]], .holds), (["or": [Self.wrong, Self.yes]], .errs),
            (["or": [Self.no, Self.wrong]], .errs), (["or": [Self.no, Self.no]], .fails),
            (["not": Self.yes], .fails), (["not": Self.no], .holds), (["not": Self.wrong], .errs),
        ] as [(JSONValue, Outcome)] {
            #expect(try Self.outcome(condition) == wanted, "\(condition.serializedText)")
        }
    }

    @Test func `texts are compared by their bytes: one letter in two spellings is two`() throws {
        let question = AttributeQuestion(
            subject: AttributeQuestion.Party(
                type: "user",
                id: "x",
                stored: ["name": "Jos\u{E9}", "names": ["Jos\u{E9}"]],
                told: [:]
            ),
            action: "read",
            actionProperties: [:],
            resource: AttributeQuestion.Party(type: "record", id: "r", stored: [:], told: [:]),
            context: [:]
        )
        let other = JSONValue.string("Jose\u{301}")
        let name: JSONValue = ["attr": "subject.name"]
        for (condition, wanted) in [
            (["eq": [name, "Jos\u{E9}"]], .holds), (["eq": [name, other]], .fails),
            (["in": [name, [other]]], .fails), (["startsWith": [name, "Jose"]], .fails),
            (["contains": [["attr": "subject.names"], other]], .fails),
        ] as [(JSONValue, Outcome)] {
            #expect(try Self.outcome(condition, question) == wanted)
        }
    }

    @Test func `what would take too long is an error, and so denies`() throws {
        let many = JSONValue.array(Array(repeating: "a", count: 1000))
        let text = JSONValue.string(String(repeating: "a", count: 20_000))
        let question = AttributeQuestion(
            subject: AttributeQuestion.Party(type: "user", id: "x", stored: [:], told: [:]),
            action: "read",
            actionProperties: [:],
            resource: AttributeQuestion.Party(type: "record", id: "r", stored: [:], told: [:]),
            context: [
                "many": .array(Array(repeating: many, count: 1000)), "text": text,
                "part": .string(String(repeating: "a", count: 10_000) + "b"), "one": "b",
            ]
        )
        let large: JSONValue = ["contains": [["attr": "context.text"], ["attr": "context.part"]]]
        #expect(try Self.outcome(large, question) == .errs)
        let equal: JSONValue = ["in": [["attr": "context.many"], ["attr": "context.many"]]]
        #expect([.errs, .fails].contains(try Self.outcome(equal, question)))
        let same: JSONValue = ["eq": [["attr": "context.many"], ["attr": "context.many"]]]
        #expect(try Self.outcome(same, question) == .errs)
    }
}
