import JSON
import Model

@testable import Commands

/// Random objects for simulations, the same for the same seed.
struct SimulationWorld {
    static let workflows = ["checkout", "refund", "agent-1", "agent-2"]
    static let capabilities = ["payments.charge", "payments.refund"]
    static let connections = ["conn_a", "conn_b", "conn_c"]
    private static let patterns = workflows + ["*", "agent-*", "batch-*", "*-1"]
    /// Workflows to ask about: those that scopes may name, and some that only patterns can meet, or
    /// nothing.
    static let asked =
        workflows + ["agent-3", "batch-9", "other-1", "agent-3-1", "other"] + instances
    private static let instances = [
        "zz9", "agent-zz9", "batch-zz9", "zz9-1", "agent-zz9-1", "batch-zz9-1",
    ]

    /// A name in the place of those that a listed workflow stands for: the first that it matches.
    static func instance(_ text: String) -> String {
        text.contains("*") ? instances.first { matches(text, $0) } ?? text : text
    }

    /// Whether what an access diff tells as a workflow stands for a name.
    static func matches(_ text: String, _ name: String) -> Bool {
        text.split(separator: " & ").allSatisfy { Pattern(String($0))?.matches(name) ?? false }
    }

    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    static let spec: JSONValue = [
        "meta": ["key": "payments.test", "version": 1, "category": "payments"],
        "supportedModes": ["byok"],
        "capabilities": [
            "provides": [
                ["key": "payments.charge", "version": 1, "operation": "payments.test.charge"],
                ["key": "payments.refund", "version": 1, "operation": "payments.test.refund"],
            ]
        ],
        "secretSchema": ["schema": ["type": "object"]],
        "auth": [["type": "bearer", "secretField": "apiKey"]],
        "transport": ["type": "rest", "baseUrl": "https://payments.example"],
        "operations": [
            "payments.test.charge": ["method": "POST", "path": "/charges"],
            "payments.test.refund": ["method": "POST", "path": "/refunds"],
        ],
    ]

    static let blueprint: JSONValue = [
        "meta": ["name": "invoice-app", "version": 1, "appId": "invoice"],
        "integrationSlots": [
            [
                "slotId": "payments.primary", "requiredCategory": "payments",
                "allowedModes": ["byok"],
                "requiredCapabilities": [
                    ["key": "payments.charge", "version": 1],
                    ["key": "payments.refund", "version": 1],
                ],
            ],
            [
                "slotId": "payments.second", "requiredCategory": "payments",
                "allowedModes": ["byok"],
                "requiredCapabilities": [["key": "payments.refund", "version": 1]],
            ],
        ],
        "workflows": ["checkout": ["name": "invoice.checkout", "version": 1]],
    ]

    /// A config of up to six bindings.
    mutating func config() -> JSONValue {
        let bindings = (0..<Int.random(in: 0...6, using: &random)).map { _ in binding() }
        return [
            "meta": [
                "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
            ],
            "integrations": .array(bindings),
        ]
    }

    private mutating func binding() -> JSONValue {
        let operations: [JSONValue] = [["*"], ["payments.test.refund"], ["payments.test.*"]]
        var object: JSONObject = [
            "slotId": .string(pick(["payments.primary", "payments.second"])),
            "connectionId": .string(pick(Self.connections)),
        ]
        var scope: JSONObject = [:]
        if Bool.random(using: &random) { scope["operations"] = pick(operations) }
        scope["workflows"] = [.string(pick(Self.patterns)), .string(pick(Self.patterns))]
        object["scope"] = .object(scope)
        if Bool.random(using: &random) {
            object["priority"] = .integer(Int64.random(in: 1...3, using: &random))
        }
        return .object(object)
    }

    /// A rule of the tenant's.
    mutating func policy() -> JSONValue {
        let match: JSONObject = [
            "workflows": [.string(pick(Self.patterns))],
            "connections": [.string(pick(Self.connections))],
        ]
        return [
            "id": .string(pick(["rule-1", "rule-2"])),
            "effect": .string(pick(["forbid", "permit"])),
            "match": .object(match),
        ]
    }

    /// A rule over attributes, of which all is known before there is a call.
    mutating func attributeRule() -> JSONValue {
        [
            "id": .string(pick(["rule-1", "rule-2"])),
            "effect": .string(pick(["forbid", "permit"])),
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["connection"]],
            "when": ["eq": [["attr": "resource.id"], .string(pick(Self.connections))]],
        ]
    }

    /// A rule of either kind.
    mutating func rule() -> JSONValue {
        Bool.random(using: &random) ? policy() : attributeRule()
    }

    /// A connection, now and then in an environment where a live config forbids it to go.
    mutating func connection() -> JSONValue {
        let environment = pick(["sandbox", "sandbox", "production"])
        return Sample.connectionBody(pick(Self.connections), environment: environment)
    }

    /// A move of a connection.
    mutating func move() -> (id: String, move: MoveConnection.Move) {
        (pick(Self.connections), pick(MoveConnection.Move.allCases))
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
