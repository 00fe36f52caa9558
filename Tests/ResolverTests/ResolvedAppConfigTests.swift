import JSON
import Model
import Resolver
import Testing

@Suite struct ResolvedAppConfigTests {
    private static func resolved(_ world: World, _ workflow: String?) throws -> JSONObject {
        ResolvedAppConfig(
            try world.table(),
            workflow: workflow.flatMap { WorkflowName($0) },
            provider: { .string("spec \($0.id.key.text)") },
            connection: { .string("connection \($0.id.text)") }
        )
        .json
    }

    private static func seed() throws -> World {
        var world = try World.seed(environment: "production")
        world.slots = [
            World.slot(),
            World.slot("email.outbound", category: "email", capabilities: ["email.send"]),
        ]
        world.workflows = ["checkout"]
        world.blueprintBranding = [
            "appNameKey": "invoice.appName",
            "assets": [
                ["type": "logo", "url": "https://cdn.acme.dev/logo.png"],
                ["type": "icon", "url": "https://cdn.acme.dev/icon.png"],
            ],
            "colorTokens": ["primary": "colors.brand.primary"],
        ]
        world.branding = [
            "appName": ["en": "Acme"], "colorTokens": ["secondary": "x"],
            "assets": [["type": "logo", "url": "https://assets.acme.com/logo.svg"]],
        ]
        world.bindings = [
            World.binding(
                "conn_a",
                workflows: ["checkout", "subscription-*"],
                operations: ["payments.stripe.*"],
                priority: 1
            ),
            World.binding("conn_b", workflows: ["checkout"]),
        ]
        return world
    }

    @Test func `answers the seed's shape`() throws {
        let json = try Self.resolved(Self.seed(), "checkout")
        func entry(_ operation: String) -> JSONValue {
            [
                "slotId": "payments.primary", "provider": "spec payments.stripe",
                "connection": "connection conn_a", "config": [:],
                "operation": .string("payments.stripe.\(operation)"),
                "scope": [
                    "workflows": ["checkout", "subscription-*"],
                    "operations": ["payments.stripe.*"],
                ],
                "priority": 1, "fallbacks": ["conn_b"],
            ]
        }
        let expected: JSONObject = [
            "tenantId": "acme", "appId": "invoice", "environment": "production",
            "blueprint": ["name": "invoice-app", "version": 1], "configVersion": 4,
            "integrations": [
                "payments.createPaymentIntent": entry("createPaymentIntent"),
                "payments.createRefund": entry("createRefund"),
            ],
            "workflows": ["checkout": ["name": "flow.checkout"]],
            "branding": [
                "appNameKey": "invoice.appName", "appName": ["en": "Acme"],
                "colorTokens": ["primary": "colors.brand.primary", "secondary": "x"],
                "assets": [
                    ["type": "icon", "url": "https://cdn.acme.dev/icon.png"],
                    ["type": "logo", "url": "https://assets.acme.com/logo.svg"],
                ],
            ],
            "missing": [["type": "integrationSlot", "identifier": "email.outbound"]],
        ]
        #expect(JSONValue.object(json) == .object(expected))
    }

    @Test func `only what has a winner stands in it, whatever is missing`() throws {
        var world = try Self.seed()
        let other = try Self.resolved(world, "newsletter")
        #expect(other["integrations"] == [:])
        #expect(other["missing"] == [["type": "integrationSlot", "identifier": "email.outbound"]])
        let wild = try Self.resolved(world, "subscription-x")
        #expect(wild["integrations"]?["payments.createRefund"]?["fallbacks"] == [])
        try world.move("conn_a", to: .paused)
        #expect(try Self.resolved(world, "subscription-x")["integrations"] == [:])
        let next = try Self.resolved(world, "checkout")["integrations"]?["payments.createRefund"]
        #expect(next?["connection"] == "connection conn_b")
        #expect(next?["priority"] == .null)
        #expect(next?["scope"] == ["workflows": ["checkout"]])
    }

    @Test func `an open breaker makes the fallback serve`() throws {
        let json = ResolvedAppConfig(
            try Self.seed().table(),
            workflow: WorkflowName("checkout"),
            isOpen: { connection, _ in connection.text == "conn_a" },
            provider: { $0.document.object["meta"] ?? .null },
            connection: { .string($0.id.text) }
        )
        .json
        #expect(json["integrations"]?["payments.createRefund"]?["connection"] == "conn_b")
    }
}

@Suite struct MergedConfigTests {
    private static func schema() throws -> Schema {
        try Schema(
            compiling: [
                "type": "object", "required": ["accountId"],
                "properties": [
                    "accountId": ["type": "string"],
                    "region": ["type": "string", "default": "eu"],
                    "limits": [
                        "type": "object", "default": ["daily": 5],
                        "properties": ["hourly": ["default": 1]],
                    ],
                ],
            ],
            at: .root
        )
    }

    private static func merged(_ connection: JSONObject, _ binding: JSONObject?) throws -> JSONValue
    {
        let schema = try schema()
        return .object(
            MergedConfig(schema: schema, connection: connection, binding: binding).object
        )
    }

    @Test func `later wins, and objects merge by member`() throws {
        let merged = try Self.merged(
            ["accountId": "a", "region": "us", "limits": ["weekly": 7], "list": [1, 2]],
            ["accountId": "b", "limits": ["daily": 9], "list": [3]]
        )
        #expect(
            merged == [
                "accountId": "b", "region": "us", "list": [3],
                "limits": ["daily": 9, "weekly": 7, "hourly": 1],
            ]
        )
    }

    @Test func `defaults fill what nobody gives`() throws {
        #expect(
            try Self.merged([:], nil) == ["region": "eu", "limits": ["daily": 5, "hourly": 1]]
        )
        #expect(try Self.merged(["region": nil], nil)["region"] == .null)
    }

    @Test func `without a schema everything goes`() {
        let merged = MergedConfig(schema: nil, connection: ["a": 1], binding: ["b": 2])
        #expect(merged.object == ["a": 1, "b": 2])
        #expect(merged.violations(of: nil) == [])
    }

    @Test func `what is required is judged after the merge`() throws {
        let schema = try Self.schema()
        let bare = MergedConfig(schema: schema, connection: [:], binding: nil)
        #expect(bare.violations(of: schema).map(\.pointer.text) == ["/accountId"])
        let whole = MergedConfig(schema: schema, connection: [:], binding: ["accountId": "x"])
        #expect(whole.violations(of: schema) == [])
    }
}
