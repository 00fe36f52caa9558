import JSON
import Waiting

/// A server with a blueprint in three versions, and tenants whose sandbox is live on the first.
struct UpgradeWorld {
    static let blueprints = "/v1/specs/blueprints/shop/versions"

    let server: BinderyServer
    let line: CommandLine
    let tenants: [String]

    /// Applies a world of so many tenants to a server, in one set.
    init(tenantCount: Int) async throws {
        let flags = ["--limits-body-bytes", "16777216"]
        try await self.init(tenantCount, over: BinderyServer.started(flags: flags))
    }

    /// The same over a server that runs already.
    init(_ tenantCount: Int, over server: BinderyServer) async throws {
        self.server = server
        line = try CommandLine(server)
        tenants = (0..<tenantCount).map { "tenant-" + String(10_000 + $0) }
        var objects: [JSONValue] = [
            [
                "kind": "IntegrationSpec",
                "object": [
                    "meta": ["key": "payments.test", "version": 1, "category": "payments"],
                    "capabilities": [
                        "provides": [
                            ["key": "payments.charge", "version": 1, "operation": "charge"]
                        ]
                    ],
                    "transport": ["type": "rest", "baseUrl": "https://payments.example"],
                    "operations": ["charge": ["method": "POST", "path": "/", "encoding": "json"]],
                    "supportedModes": ["byok"],
                ],
            ]
        ]
        for version: Int64 in 1...3 {
            objects.append(["kind": "AppBlueprintSpec", "object": Self.blueprint(version)])
        }
        for tenant in tenants { objects += Self.objects(tenant) }
        let text = objects.map(\.serializedText).joined(separator: "\n")
        let set = try line.write("all.ndjson", text)
        let applied = try await line.run("apply", "-f", set)
        guard applied.ending == .exit(0) else { throw Missing(what: "a world: \(applied.errors)") }
    }

    /// The third version has a slot that nobody fills.
    private static func blueprint(_ version: Int64) -> JSONValue {
        func slot(_ id: String, _ category: String, _ capability: String) -> JSONValue {
            [
                "slotId": .string(id), "requiredCategory": .string(category), "required": true,
                "requiredCapabilities": [["key": .string(capability)]],
            ]
        }
        var slots = [slot("payments.primary", "payments", "payments.charge")]
        if version == 3 { slots.append(slot("texts.outbound", "texts", "texts.send")) }
        return [
            "meta": ["name": "shop", "version": .integer(version), "appId": "shop"],
            "integrationSlots": .array(slots), "workflows": ["checkout": ["name": "shop.checkout"]],
        ]
    }

    private static func objects(_ tenant: String) -> [JSONValue] {
        let connection: JSONValue = [
            "meta": [
                "id": "pay", "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": "sandbox",
            ],
            "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_A",
        ]
        let config: JSONValue = [
            "meta": [
                "blueprintName": "shop", "blueprintVersion": 1, "environment": "sandbox",
                "status": "published",
            ],
            "integrations": [["slotId": "payments.primary", "connectionId": "pay"]],
        ]
        return [("IntegrationConnection", connection), ("TenantAppConfig", config)]
            .map { kind, object in
                ["kind": .string(kind), "tenantId": .string(tenant), "object": object]
            }
    }

    /// The versions of a tenant's config: number, status, and the blueprint's version.
    func versions(_ tenant: String) async throws -> [String] {
        let path = "/v1/tenants/\(tenant)/configs/shop/sandbox/versions"
        let items = try await server.must("GET", path).json["items"]?.array ?? []
        return items.compactMap { $0["meta"] }
            .map { meta in
                let number = meta["version"]?.integer ?? 0
                let blueprint = meta["blueprintVersion"]?.integer ?? 0
                return "\(number) \(meta["status"]?.string ?? "") on \(blueprint)"
            }
            .sorted()
    }

    /// The name of a plan that is made now.
    func plan(to version: Int) async throws -> String {
        let path = "\(Self.blueprints)/1/upgrade?to=\(version)&limit=1"
        return try await server.must("GET", path).json["plan"]?.string ?? ""
    }
}
