import HTTPWire
import JSON

/// The fixture of AuthZEN's certification scenario, written through our own API.
enum CertificationFixture {
    static let tenant = "/v1/tenants/acme-corp"

    private static func attr(_ path: String) -> JSONValue { ["attr": .string(path)] }

    static let entities: [(String, JSONValue)] = [
        ("user/alice", [:]), ("user/bob", ["role": "admin"]),
        ("record/record-1", ["status": "active"]), ("record/record-2", ["status": "archived"]),
    ]

    static let rules: [JSONValue] = [
        [
            "id": "users-read", "effect": "permit",
            "match": [
                "subjectTypes": ["user"], "actions": ["read"], "resourceTypes": ["record"],
            ],
        ],
        [
            "id": "alice-writes", "effect": "permit",
            "match": ["actions": ["write"], "resourceTypes": ["record"]],
            "when": ["eq": [attr("subject.id"), "alice"]],
        ],
        [
            "id": "archived-is-closed", "effect": "forbid",
            "match": ["actions": ["write"], "resourceTypes": ["record"]],
            "when": [
                "and": [
                    ["exists": attr("resource.status")],
                    ["eq": [attr("resource.status"), "archived"]],
                ]
            ],
            "unless": [
                "and": [
                    ["exists": attr("subject.role")], ["eq": [attr("subject.role"), "admin"]],
                ]
            ],
        ],
        [
            "id": "admins-write-archived", "effect": "permit",
            "match": ["actions": ["write"], "resourceTypes": ["record"]],
            "when": [
                "and": [
                    ["eq": [attr("subject.role"), "admin"]],
                    ["eq": [attr("resource.status"), "archived"]],
                ]
            ],
        ],
        [
            "id": "soft-delete", "effect": "permit",
            "match": ["actions": ["delete"], "resourceTypes": ["record"]],
            "when": [
                "and": [
                    ["eq": [attr("subject.id"), "alice"]], ["eq": [attr("action.soft"), true]],
                ]
            ],
        ],
    ]

    static func write(to api: TestAPI) async throws {
        for (key, attributes) in entities {
            try await api.must(.put, "\(tenant)/entities/\(key)", ["attributes": attributes])
        }
        for rule in rules { try await api.must(.post, "\(tenant)/policies", rule) }
    }

    static func user(_ id: String, _ properties: JSONValue? = nil) -> JSONValue {
        entity("user", id, properties)
    }

    static func record(_ id: String, _ properties: JSONValue? = nil) -> JSONValue {
        entity("record", id, properties)
    }

    private static func entity(_ type: String, _ id: String, _ properties: JSONValue?) -> JSONValue
    {
        var object: JSONObject = ["type": .string(type), "id": .string(id)]
        object["properties"] = properties
        return .object(object)
    }

    static func action(_ name: String, _ properties: JSONValue? = nil) -> JSONValue {
        var object: JSONObject = ["name": .string(name)]
        object["properties"] = properties
        return .object(object)
    }
}
