import JSON
import Model
import Policy
import Testing

extension PolicySetTests {
    /// A rule over attributes; without anything else it is about every question.
    static func attributeRule(
        _ id: String,
        _ effect: String,
        match: JSONValue = ["actions": []],
        when: JSONValue? = nil,
        unless: JSONValue? = nil,
        enabled: Bool = true
    ) throws -> PolicyRule {
        var object: JSONObject = [
            "id": .string(id), "effect": .string(effect), "match": match, "enabled": .bool(enabled),
        ]
        object["when"] = when
        object["unless"] = unless
        return try PolicyRule(.object(object), id: nil)
    }
}

/// How rules over attributes are combined (issue of the PDP: any forbid denies).
@Suite struct AttributePoliciesTests {
    private static let holds: JSONValue = ["eq": [["attr": "subject.id"], "alice"]]
    private static let fails: JSONValue = ["eq": [["attr": "subject.id"], "bob"]]
    private static let errs: JSONValue = ["eq": [["attr": "subject.missing"], 1]]

    private static func rule(
        _ id: String,
        _ effect: String,
        match: JSONValue = ["actions": []],
        when: JSONValue? = nil,
        unless: JSONValue? = nil,
        enabled: Bool = true
    ) throws -> PolicyRule {
        try PolicySetTests.attributeRule(
            id,
            effect,
            match: match,
            when: when,
            unless: unless,
            enabled: enabled
        )
    }

    private static func decide(
        platform: [PolicyRule] = [],
        _ tenant: [PolicyRule],
        tellsPlatform: Bool = true
    ) -> (isAllowed: Bool, explanation: JSONValue) {
        let policies = AttributePolicies(
            platform: AttributeRules(platform, .platform),
            tenant: AttributeRules(tenant, .tenant)
        )
        let quick = policies.decide(ConditionTests.question, explains: false)
        let decision = policies.decide(ConditionTests.question, explains: true)
        #expect(quick.isAllowed == decision.isAllowed)
        let explanation = decision.explanation(
            of: ConditionTests.question,
            for: RuleNote.Audience(seesPlatform: tellsPlatform, seesAttributes: true)
        )
        #expect(explanation["decision"] == .bool(decision.isAllowed))
        return (decision.isAllowed, .object(explanation))
    }

    @Test func `nothing permits, so nothing is allowed`() throws {
        #expect(!Self.decide([]).isAllowed)
        let calls = try PolicyRule(["id": "calls", "effect": "permit"], id: nil)
        #expect(!Self.decide([calls]).isAllowed)
        let off = try Self.rule("off", "permit", enabled: false)
        #expect(!Self.decide([off]).isAllowed)
        let on = try Self.rule("on", "permit")
        #expect(Self.decide([on]).isAllowed)
        #expect(Self.decide(platform: [on], []).isAllowed)
    }

    @Test func `a forbid denies at whatever level, also when it errs`() throws {
        let permit = try Self.rule("p", "permit")
        for (condition, isAllowed) in [(Self.holds, false), (Self.fails, true), (Self.errs, false)]
        {
            let forbid = try Self.rule("f", "forbid", when: condition)
            #expect(Self.decide([permit, forbid]).isAllowed == isAllowed)
            #expect(Self.decide(platform: [forbid], [permit]).isAllowed == isAllowed)
            #expect(Self.decide(platform: [permit], [forbid]).isAllowed == isAllowed)
        }
        for (condition, isAllowed) in [(Self.holds, true), (Self.fails, false), (Self.errs, false)]
        {
            let unless = try Self.rule("f", "forbid", unless: condition)
            #expect(Self.decide([permit, unless]).isAllowed == isAllowed)
        }
    }

    @Test func `a permit that errs does not count, another one does`() throws {
        let wrong = try Self.rule("wrong", "permit", when: Self.errs)
        #expect(!Self.decide([wrong]).isAllowed)
        #expect(!Self.decide([try Self.rule("wrong", "permit", unless: Self.errs)]).isAllowed)
        let good = try Self.rule("good", "permit", when: Self.holds, unless: Self.fails)
        let answer = Self.decide([wrong, good])
        #expect(answer.isAllowed)
        #expect(answer.explanation["errors"]?.array?.count == 1)
        #expect(answer.explanation["errors"]?.array?.first?["reason"] == "ATTRIBUTE_MISSING")
        #expect(answer.explanation["errors"]?.array?.first?["pointer"] == "/when")
        // What does not hold anyway is not asked further.
        let neither = try Self.rule("n", "forbid", when: Self.fails, unless: Self.errs)
        #expect(Self.decide([good, neither]).isAllowed)
    }

    @Test func `a rule is about the types and actions that it lists`() throws {
        for (match, isAllowed) in [
            (["subjectTypes": ["user"], "actions": ["write"], "resourceTypes": ["record"]], true),
            (["subjectTypes": ["us*"], "actions": ["w*", "x"], "resourceTypes": ["*"]], true),
            (["subjectTypes": ["group"]], false), (["actions": ["read"]], false),
            (["resourceTypes": ["user", "rec"]], false),
            (["resourceTypes": ["user", "record"]], true),
            (["resourceTypes": ["record", "rec*"]], true), (["actions": []], true),
        ] as [(JSONValue, Bool)] {
            let rule = try Self.rule("r", "permit", match: match)
            #expect(Self.decide([rule]).isAllowed == isAllowed, "\(match.serializedText)")
        }
        let named = try Self.rule("n", "permit", match: ["resourceTypes": ["record"]])
        let starred = try Self.rule("s", "forbid", match: ["resourceTypes": ["r*"]])
        #expect(!Self.decide([named, starred]).isAllowed)
    }

    @Test func `rules over attributes have no say in calls, nor rules over calls in these`() throws
    {
        let forbid = try Self.rule("f", "forbid")
        let permit = try Self.rule("p", "permit", match: ["actions": ["nothing"]])
        #expect(try PolicySetTests.judge(tenant: [forbid, permit]) == .silent)
        #expect(try PolicySetTests.judge(platform: [forbid, permit], workflow: nil) == .silent)
        let calls = try PolicyRule(["id": "calls", "effect": "forbid"], id: nil)
        let on = try Self.rule("on", "permit")
        #expect(Self.decide(platform: [calls], [calls, on]).isAllowed)
    }

    @Test func `what an earlier version wrote and this one can't read, errs`() throws {
        func rule(_ effect: String) -> PolicyRule {
            PolicyRule(
                reading: [
                    "id": .string(effect), "effect": .string(effect),
                    "when": ["not": ["resembles": [["attr": "subject.id"], "x"]]],
                ],
                id: nil,
                issues: IssueList()
            )
        }
        let on = try Self.rule("on", "permit")
        #expect(!Self.decide([rule("permit")]).isAllowed)
        #expect(!Self.decide([on, rule("forbid")]).isAllowed)
        #expect(Self.decide([on, rule("permit")]).isAllowed)
    }

    @Test func `the explanation names what decided, what nearly did, and what erred`() throws {
        let rules = [
            try Self.rule("near", "permit", when: ["and": [Self.holds, Self.fails]]),
            try Self.rule("barred", "permit", unless: Self.holds),
            try Self.rule("wrong", "forbid", when: Self.errs),
            try Self.rule("stop", "forbid", when: Self.holds),
        ]
        let explanation = Self.decide(rules).explanation
        #expect(
            explanation["determining"] == [
                ["ruleId": "stop", "source": "tenant", "effect": "forbid", "matched": [:]],
                [
                    "ruleId": "wrong", "source": "tenant", "effect": "forbid", "pointer": "/when",
                    "reason": "ATTRIBUTE_MISSING",
                ],
            ]
        )
        #expect(
            explanation["nearMisses"] == [
                [
                    "ruleId": "near", "source": "tenant", "effect": "permit",
                    "failed": "/when/and/1", "expected": Self.fails,
                    "actual": ["subject.id": "alice"],
                ],
                [
                    "ruleId": "barred", "source": "tenant", "effect": "permit",
                    "failed": "/unless", "expected": ["not": Self.holds],
                    "actual": ["subject.id": "alice"],
                ],
            ]
        )
        #expect(explanation["errors"]?.array?.map { $0["ruleId"] } == ["wrong"])
    }

    @Test func `a tenant is not told the platform's rules, and lists are bounded`() throws {
        let platform = [try Self.rule("secret-name", "forbid", when: Self.errs)]
        let own = try (0..<30).map { try Self.rule("near-\($0)", "permit", when: Self.fails) }
        let told = Self.decide(platform: platform, own, tellsPlatform: false).explanation
        #expect(!told.serializedText.contains("secret-name"))
        #expect(told["determining"]?.array?.first?["source"] == "platform")
        #expect(told["determining"]?.array?.first?["ruleId"] == .null)
        #expect(told["nearMisses"]?.array?.count == AttributeDecision.ruleCountMax)
        let all = Self.decide(platform: platform, own).explanation
        #expect(all["errors"]?.array?.first?["ruleId"] == "secret-name")
    }
}
