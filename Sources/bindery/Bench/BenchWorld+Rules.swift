import JSON
import Model
import Policy

/// The rules of a benchmark: most are about something else than what is asked, as in a company's
/// whole list, some are about the same integration and not about the call, one admits it.
extension BenchWorld {
    /// Guardrails of a tenant, over calls of workflows.
    static func guardrails(_ count: Int) -> [PolicyRule] { rules(count, guardrail) }

    /// Rules over attributes.
    static func attributeRules(_ count: Int) -> [PolicyRule] { rules(count, attributeRule) }

    private static func rules(_ count: Int, _ json: (Int) -> JSONValue) -> [PolicyRule] {
        (0..<count)
            .map { index in
                read { PolicyRule(reading: json(index), id: nil, issues: $0) }
            }
    }

    private static func guardrail(_ index: Int) -> JSONValue {
        let match: JSONObject
        switch index % 10 {
        case 0 where index == 0:
            match = ["integrations": ["bench.*"], "workflows": ["workflow-*"]]
        case 0, 1: match = ["integrations": ["bench.pay"], "workflows": [text("batch-", index)]]
        case 2: match = ["categories": ["payments"], "connections": [text("legacy-", index)]]
        case 3: match = ["categories": ["payments"], "ownershipModes": ["managed"]]
        case 4, 5: match = ["integrations": [text("mail.provider", index)]]
        case 6, 7: match = ["operations": [text("crm.*.delete", index)]]
        case 8: match = ["environments": ["production"], "slots": [text("slot-", index)]]
        default: match = ["categories": ["email"], "workflows": ["report-*"]]
        }
        return [
            "id": text("rule-", index), "effect": index == 0 ? "permit" : "forbid",
            "match": .object(match),
        ]
    }

    private static func attributeRule(_ index: Int) -> JSONValue {
        let isSame: JSONValue = [
            "eq": [["attr": "subject.department"], ["attr": "resource.department"]]
        ]
        var rule: JSONObject = ["id": text("rule-", index), "effect": "permit", "when": isSame]
        switch index % 10 {
        case 0 where index == 0: rule["match"] = match("record", "read")
        case 0, 1:
            rule["match"] = match("record", "read")
            rule["effect"] = "forbid"
            rule["when"] = ["eq": [["attr": "resource.status"], text("status-", index)]]
        case 2: rule["match"] = match("record", "export-\(index)")
        default: rule["match"] = match("type-\(index)", "read")
        }
        return .object(rule)
    }

    private static func match(_ type: String, _ action: String) -> JSONValue {
        [
            "subjectTypes": ["user"], "resourceTypes": [.string(type)],
            "actions": [.string(action)],
        ]
    }

    private static func text(_ start: String, _ index: Int) -> JSONValue {
        .string("\(start)\(index)")
    }

    /// What is asked of the rules over attributes.
    static let attributeQuestion = AttributeQuestion(
        subject: AttributeQuestion.Party(
            type: "user",
            id: "alice",
            stored: ["department": "sales", "role": "manager"],
            told: [:]
        ),
        action: "read",
        actionProperties: [:],
        resource: AttributeQuestion.Party(
            type: "record",
            id: "record-1",
            stored: ["department": "sales", "status": "active"],
            told: [:]
        ),
        context: [:]
    )

    /// The question as AuthZEN writes it, with what is stored of the entities.
    static let attributeQuestionJSON: JSONValue = [
        "subject": [
            "type": "user", "id": "alice",
            "properties": ["department": "sales", "role": "manager"],
        ],
        "action": ["name": "read"],
        "resource": [
            "type": "record", "id": "record-1",
            "properties": ["department": "sales", "status": "active"],
        ],
    ]
}
