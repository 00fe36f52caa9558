import JSON

/// A server with a live sandbox config, whose one connection leads to a provider.
struct ProviderWorld {
    static let tenant = "/v1/tenants/acme-corp"
    static let line = tenant + "/configs/invoice-app/sandbox"

    let server: BinderyServer

    // The provider's address, the reference of the connection's secret, the server's flags and
    // variables, how the connection's health is checked, if at all, how calls authenticate, if
    // otherwise than with the secret's key, and the region that its config must and does name, if any.
    init(
        url: String,
        secret: String = "env://BINDERY_SECRET_A",
        flags: [String] = [],
        secrets: [String: String] = ["BINDERY_SECRET_A": "{\"apiKey\":\"key-of-the-provider\"}"],
        health: JSONValue? = nil,
        auth: JSONValue? = nil,
        region: String? = nil
    ) async throws {
        server = try await BinderyServer.started(flags: flags, secrets: secrets)
        try await put(url: url, secret: secret, health: health, auth: auth, region: region)
    }

    /// The same over a server that runs already.
    init(
        over server: BinderyServer,
        url: String,
        secret: String = "env://BINDERY_SECRET_A",
        health: JSONValue? = nil,
        auth: JSONValue? = nil
    ) async throws {
        self.server = server
        try await put(url: url, secret: secret, health: health, auth: auth)
    }

    /// The same world as another server over its ledger shows it.
    init(beside world: ProviderWorld, on server: BinderyServer) { self.server = server }

    private func put(
        url: String,
        secret: String,
        health: JSONValue?,
        auth: JSONValue? = nil,
        region: String? = nil
    ) async throws {
        var spec = Self.spec(url: url)
        var connection = Self.connection(secret)
        if let region {
            spec = spec.setting(
                [
                    "schema": [
                        "type": "object", "properties": ["region": ["type": "string"]],
                        "required": ["region"],
                    ]
                ],
                at: ["configSchema"]
            )
            connection = connection.setting(["region": .string(region)], at: ["config"])
        }
        if let auth { spec = spec.setting([auth], at: ["auth"]) }
        if let health { spec = spec.setting(health, at: ["healthCheck"]) }
        try await server.must("PUT", "/v1/specs/integrations/payments.test/versions/1", spec)
        try await server.must(
            "PUT",
            "/v1/specs/blueprints/invoice-app/versions/1",
            Self.blueprint
        )
        try await server.must("POST", Self.tenant + "/connections", connection)
        try await server.must("POST", Self.line + "/versions", Self.config)
        try await server.must("POST", Self.line + "/versions/1/publish", [:])
    }

    /// Points the connection, which is live, at another secret: one that can't be had goes live in no
    /// other way.
    func point(at reference: String) async throws {
        let patch: JSONValue = ["secretRef": .string(reference)]
        try await server.must("PATCH", Self.tenant + "/connections/conn", patch)
    }

    /// Puts a second connection behind the first one, with limits of its own.
    func addFallback(limits: JSONValue = [:]) async throws {
        let fallback = Self.connection("env://BINDERY_SECRET_A")
            .setting("conn_b", at: ["meta", "id"])
            .setting(limits, at: ["limits"])
        try await server.must("POST", Self.tenant + "/connections", fallback)
        let bindings: [JSONValue] = ["conn", "conn_b"].enumerated()
            .map { place, id in
                [
                    "slotId": "payments.primary", "connectionId": .string(id),
                    "priority": .integer(Int64(place)), "scope": ["workflows": ["checkout"]],
                ]
            }
        let config = Self.config.setting(.array(bindings), at: ["integrations"])
        try await server.must("POST", Self.line + "/versions", config)
        try await server.must("POST", Self.line + "/versions/2/publish", [:])
    }

    /// Calls the capability `name` for the workflow checkout.
    func execute(
        _ name: String = "charge",
        timeout milliseconds: Int64? = nil,
        headers: [String] = []
    ) async throws -> WireAnswer {
        var body: JSONObject = ["workflow": "checkout", "input": ["amount": 5000]]
        body["timeoutMs"] = milliseconds.map { .integer($0) }
        let target = Self.line + "/capabilities/payments.\(name)/execute"
        return try await server.send("POST", target, .object(body), headers: headers)
    }

    /// The audit record that an answer names.
    func record(of answer: WireAnswer) async throws -> JSONValue {
        guard let id = answer.json["auditId"]?.string else { throw Missing(what: "an auditId") }
        return try await server.must("GET", Self.tenant + "/audit/\(id)").json
    }

    /// Three operations: one that must not be repeated, one that carries a key, and one that reads.
    static func spec(url: String) -> JSONValue {
        let operation: JSONValue = [
            "method": "POST", "path": "/charges", "encoding": "json",
            "body": ["amount": "{{input.amount}}"],
        ]
        var keyed = operation.object ?? [:]
        keyed["idempotencyHeader"] = "Idempotency-Key"
        let names = ["charge", "pay", "balance"]
        return [
            "meta": ["key": "payments.test", "version": 1, "category": "payments"],
            "supportedModes": ["byok"],
            "capabilities": [
                "provides": .array(
                    names.map { name in
                        [
                            "key": .string("payments.\(name)"),
                            "operation": .string("payments.test.\(name)"),
                        ]
                    }
                )
            ],
            "secretSchema": [
                "schema": ["type": "object", "properties": ["apiKey": ["type": "string"]]]
            ],
            "auth": [["type": "bearer", "secretField": "apiKey"]],
            "transport": ["type": "rest", "baseUrl": .string(url)],
            "operations": [
                "payments.test.charge": operation, "payments.test.pay": .object(keyed),
                "payments.test.balance": ["method": "GET", "path": "/balance", "safe": true],
            ],
        ]
    }

    static let blueprint: JSONValue = [
        "meta": ["name": "invoice-app", "version": 1],
        "integrationSlots": [
            [
                "slotId": "payments.primary", "requiredCategory": "payments",
                "requiredCapabilities": [
                    ["key": "payments.charge"], ["key": "payments.pay"],
                    ["key": "payments.balance"],
                ],
                "required": true,
            ]
        ],
        "workflows": ["checkout": ["name": "invoice.checkout", "version": 1]],
    ]

    static func connection(_ secret: String) -> JSONValue {
        [
            "meta": [
                "id": "conn", "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": "sandbox",
            ],
            "ownershipMode": "byok", "secretRef": .string(secret),
        ]
    }

    static let config: JSONValue = [
        "meta": ["blueprintName": "invoice-app"],
        "integrations": [
            [
                "slotId": "payments.primary", "connectionId": "conn",
                "scope": ["workflows": ["checkout"]],
            ]
        ],
    ]
}
