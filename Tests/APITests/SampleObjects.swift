import HTTPWire
import JSON

/// Bodies of a small world: one integration, one blueprint with one slot, a tenant's objects.
enum SampleObjects {
    static let spec: JSONValue = [
        "meta": ["key": "payments.test", "version": 1, "category": "payments"],
        "supportedModes": ["managed", "byok"],
        "capabilities": [
            "provides": [
                ["key": "payments.charge", "version": 1, "operation": "payments.test.charge"]
            ]
        ],
        "configSchema": [
            "schema": [
                "type": "object",
                "properties": ["accountId": ["type": "string"], "region": ["type": "string"]],
            ]
        ],
        "secretSchema": [
            "schema": ["type": "object", "properties": ["apiKey": ["type": "string"]]]
        ],
        "auth": [["type": "bearer", "secretField": "apiKey"]],
        "transport": ["type": "rest", "baseUrl": "https://payments.example"],
        "operations": [
            "payments.test.charge": ["method": "POST", "path": "/charges", "encoding": "json"]
        ],
    ]

    static let blueprint: JSONValue = [
        "meta": ["name": "invoice-app", "version": 1, "appId": "invoice"],
        "integrationSlots": [
            [
                "slotId": "payments.primary", "requiredCategory": "payments",
                "allowedModes": ["byok"],
                "requiredCapabilities": [["key": "payments.charge", "version": 1]],
                "required": true,
            ]
        ],
        "workflows": ["checkout": ["name": "invoice.checkout", "version": 1]],
    ]

    static func connection(_ id: String, environment: String = "sandbox") -> JSONValue {
        [
            "meta": [
                "id": .string(id), "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": .string(environment),
            ],
            "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_A",
        ]
    }

    static func config(_ connection: String) -> JSONValue {
        [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": .string(connection),
                    "scope": ["workflows": ["checkout"]],
                ]
            ],
        ]
    }

    static let policy: JSONValue = ["id": "no-agents", "effect": "forbid"]
    static let key: JSONValue = ["roles": ["runtime"], "environments": [], "workflows": []]
}

extension TestAPI {
    /// Registers the integration and the blueprint.
    func putSpecs() async throws {
        try await must(.put, "/v1/specs/integrations/payments.test/versions/1", SampleObjects.spec)
        try await must(.put, "/v1/specs/blueprints/invoice-app/versions/1", SampleObjects.blueprint)
    }

    /// Gives a tenant a connection, a live sandbox config, a draft beside it, and a policy.
    func putTenant(_ tenant: String) async throws {
        let path = "/v1/tenants/\(tenant)"
        try await must(.post, "\(path)/connections", SampleObjects.connection("conn"))
        let line = "\(path)/configs/invoice-app/sandbox"
        try await must(.post, "\(line)/versions", SampleObjects.config("conn"))
        try await must(.post, "\(line)/versions/1/publish")
        try await must(.post, "\(line)/versions", SampleObjects.config("conn"))
        try await must(.post, "\(path)/policies", SampleObjects.policy)
    }
}
