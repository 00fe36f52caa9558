import Commands
import HTTPWire
import JSON

/// A tenant's live config by chance, over so few names that scopes and rules often meet, asked over
/// the API.
struct AccessWorld {
    static let operations = [
        "payments.one.charge", "payments.one.refund", "payments.two.charge", "payments.two.refund",
        "payments.none.charge",
    ]
    static let workflows = ["checkout", "refund", "agent-1", "back-office", "unheard-of"]
    static let kinds = ["connection", "capability", "slot"]
    static let ids = [
        "connection": ["a", "b", "c", "d", "ghost"], "slot": ["first", "second", "third"],
        "capability": ["pay.charge", "pay.refund", "pay.none"],
    ]
    private static let patterns = ["*", "agent-*", "check*", "refund", "checkout", "back-office"]

    private var random: SeededRandom
    let api: TestAPI

    init(seed: UInt64) async throws {
        random = SeededRandom(seed: seed)
        api = try await TestAPI()
    }

    /// Registers two integrations and a blueprint.
    mutating func putSpecs() async throws {
        for (name, capabilities) in [
            ("one", ["charge", "refund"]), ("two", ["charge", "refund"]),
        ] {
            try await api.must(
                .put,
                "/v1/specs/integrations/payments.\(name)/versions/1",
                Self.spec("payments.\(name)", capabilities)
            )
        }
        try await api.must(.put, "/v1/specs/blueprints/shop/versions/1", Self.blueprint)
    }

    /// Gives a tenant connections, a live config of chance, and rules.
    mutating func putTenant(_ tenant: String) async throws {
        let path = "/v1/tenants/\(tenant)"
        for (id, spec) in [("a", "one"), ("b", "one"), ("c", "two"), ("d", "two")] {
            let body: JSONValue = [
                "meta": [
                    "id": .string(id), "integrationKey": .string("payments.\(spec)"),
                    "integrationVersion": 1, "environment": "sandbox",
                ],
                "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_A",
            ]
            try await api.must(.post, "\(path)/connections", body)
        }
        let line = "\(path)/configs/shop/sandbox"
        try await api.must(.post, "\(line)/versions", config())
        try await api.must(.post, "\(line)/versions/1/publish")
        for number in 0..<Int.random(in: 0...2, using: &random) {
            try await api.must(.post, "\(path)/policies", rule("rule-\(number)"))
        }
        if chance(30) { try await api.must(.post, "\(path)/connections/b/pause") }
        if chance(30) { try await api.must(.post, "\(path)/connections/c/revoke") }
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func some(_ values: [String], upTo count: Int) -> JSONValue {
        let number = Int.random(in: 1...count, using: &random)
        return .array(values.shuffled(using: &random).prefix(number).map { .string($0) })
    }

    private mutating func config() -> JSONValue {
        // Bindings that fill the required slot, whatever chance adds.
        var bindings: [JSONValue] = [
            ["slotId": "first", "connectionId": "a", "priority": 9]
        ]
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            var scope: JSONObject = [:]
            if chance(80) { scope["workflows"] = some(Self.patterns, upTo: 3) }
            if chance(50) {
                scope["operations"] = some(["*.charge", "*.refund", "*one*"], upTo: 2)
            }
            bindings.append([
                "slotId": chance(50) ? "first" : "second",
                "connectionId": .string(["a", "b", "c", "d"].randomElement(using: &random) ?? "a"),
                "scope": .object(scope),
                "priority": .integer(Int64.random(in: 1...9, using: &random)),
            ])
        }
        return [
            "meta": ["blueprintName": "shop", "blueprintVersion": 1],
            "integrations": .array(bindings),
        ]
    }

    /// A rule of chance, which the world does not have.
    mutating func someRule() -> JSONValue { rule("of-the-test") }

    /// A rule of chance over attributes that are known before a call.
    mutating func someCondition() -> JSONValue {
        let conditions: [JSONValue] = [
            ["eq": [["attr": "resource.slot"], "first"]],
            ["in": [["attr": "resource.id"], some(["a", "b", "c"], upTo: 2)]],
            ["startsWith": [["attr": "subject.id"], "agent-"]],
            ["eq": [["attr": "subject.id"], "back-office"]],
            ["eq": [["attr": "resource.integration"], "payments.two"]],
            ["contains": [["attr": "action.name"], "refund"]],
        ]
        var rule: JSONObject = [
            "id": "of-the-test", "effect": chance(60) ? "forbid" : "permit",
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["connection"]],
        ]
        if chance(80) { rule["when"] = conditions.randomElement(using: &random) }
        if chance(40) { rule["unless"] = conditions.randomElement(using: &random) }
        return .object(rule)
    }

    private mutating func rule(_ id: String) -> JSONValue {
        var match: JSONObject = ["workflows": some(Self.patterns, upTo: 2)]
        if chance(50) { match["connections"] = some(["a", "b", "c"], upTo: 2) }
        if chance(50) { match["operations"] = some(["*.refund", "payments.two.*"], upTo: 1) }
        return [
            "id": .string(id), "effect": chance(60) ? "forbid" : "permit", "match": .object(match),
        ]
    }

    private static func spec(_ key: String, _ capabilities: [String]) -> JSONValue {
        var operations = JSONObject()
        for name in capabilities {
            operations["\(key).\(name)"] = [
                "method": "POST", "path": .string("/\(name)"), "encoding": "json",
            ]
        }
        let provides: [JSONValue] = capabilities.map {
            ["key": .string("pay.\($0)"), "version": 1, "operation": .string("\(key).\($0)")]
        }
        return [
            "meta": ["key": .string(key), "version": 1, "category": "payments"],
            "supportedModes": ["byok"], "capabilities": ["provides": .array(provides)],
            "configSchema": ["schema": ["type": "object"]],
            "secretSchema": [
                "schema": ["type": "object", "properties": ["apiKey": ["type": "string"]]]
            ],
            "auth": [["type": "bearer", "secretField": "apiKey"]],
            "transport": ["type": "rest", "baseUrl": "https://payments.example"],
            "operations": .object(operations),
        ]
    }

    private static let blueprint: JSONValue = [
        "meta": ["name": "shop", "version": 1, "appId": "shop"],
        "integrationSlots": [
            slot("first", ["pay.charge"]), slot("second", ["pay.charge", "pay.refund"]),
        ],
        "workflows": ["checkout": ["name": "w.checkout"], "refund": ["name": "w.refund"]],
    ]

    private static func slot(_ id: String, _ capabilities: [String]) -> JSONValue {
        [
            "slotId": .string(id), "requiredCategory": "payments", "required": false,
            "requiredCapabilities": .array(
                capabilities.map { ["key": .string($0), "version": 1] }
            ),
        ]
    }
}

/// Chance that is the same for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// AuthZEN's entities, as tests write them.
enum Access {
    static func workflow(
        _ id: String,
        tenant: String = "acme-corp",
        blueprint: String = "invoice-app",
        environment: String = "sandbox"
    ) -> JSONValue {
        [
            "type": "workflow", "id": .string(id),
            "properties": [
                "tenantId": .string(tenant), "blueprint": .string(blueprint),
                "environment": .string(environment),
            ],
        ]
    }

    static func entity(_ type: String, _ id: String) -> JSONValue {
        ["type": .string(type), "id": .string(id)]
    }

    static func question(
        _ subject: JSONValue = workflow("checkout"),
        _ action: String = "payments.test.charge",
        _ resource: JSONValue = entity("connection", "conn"),
        context: JSONValue? = nil
    ) -> JSONValue {
        var object: JSONObject = [
            "subject": subject, "action": ["name": .string(action)], "resource": resource,
        ]
        object["context"] = context
        return .object(object)
    }
}

extension TestAPI {
    static let evaluation = "/access/v1/evaluation"
    static let evaluations = "/access/v1/evaluations"

    /// The small world of the other tests, without the rule that forbids everything.
    static func access(
        change: (inout Services.Settings) -> Void = { _ in }
    ) async throws -> TestAPI {
        let api = try await TestAPI(change: change)
        try await api.putSpecs()
        for tenant in ["acme-corp", "other-corp"] {
            try await api.putTenant(tenant)
            try await api.must(.delete, "/v1/tenants/\(tenant)/policies/no-agents")
        }
        return api
    }

    /// Asks one question.
    func evaluate(
        _ question: JSONValue,
        key: String? = Self.bootstrapKey
    ) async throws
        -> TestAnswer
    {
        try await send(.post, Self.evaluation, question, key: key)
    }

    /// All pages of a search.
    func searchAll(
        _ sought: String,
        _ question: JSONValue,
        limit: Int,
        key: String? = Self.bootstrapKey
    ) async throws -> [JSONValue] {
        var results: [JSONValue] = []
        var page: JSONValue = ["limit": .integer(Int64(limit))]
        while true {
            var object = question.object ?? [:]
            object["page"] = page
            let target = "/access/v1/search/\(sought)"
            let answer = try await send(.post, target, .object(object), key: key)
            guard answer.status == 200, let items = answer.json["results"]?.array,
                let token = answer.json["page"]?["next_token"]?.string
            else { throw UnexpectedAnswer(target: target, answer: answer) }
            results += items
            guard !token.isEmpty, results.count < 10_000 else { return results }
            page = ["token": .string(token)]
        }
    }
}

extension JSONValue {
    /// The value without the ids of decisions that stand in it or in its `context`, which every
    /// written one has anew.
    var withoutDecisionID: JSONValue {
        guard var object else { return self }
        object["decisionId"] = nil
        if let context = object["context"] { object["context"] = context.withoutDecisionID }
        return .object(object)
    }
}
