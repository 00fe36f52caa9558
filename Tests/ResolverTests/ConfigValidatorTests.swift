import JSON
import Model
import Resolver
import Testing

/// Each code of API section 6, and the world next door without it.
@Suite struct ConfigValidatorTests {
    /// A change of a valid world that must give it the code, at the pointer.
    struct Case: Sendable, CustomTestStringConvertible {
        let code: String
        var severity = "error"
        let pointer: String
        let change: @Sendable (inout World) throws -> Void
        var testDescription: String { "\(code) \(pointer)" }
    }

    /// The valid world: one documented, scoped binding of a healthy connection.
    static func valid(environment: String = "sandbox") throws -> World {
        var world = try World.seed(environment: environment)
        world.bindings = [scoped("conn_a")]
        return world
    }

    static func scoped(_ connection: String, slot: String = "payments.primary") -> JSONValue {
        World.binding(
            connection,
            slot: slot,
            workflows: ["checkout"],
            operations: ["payments.stripe.*"],
            priority: 1
        )
    }

    static let configSchema: JSONValue = [
        "schema": [
            "type": "object", "additionalProperties": false, "required": ["region"],
            "properties": [
                "region": ["type": "string"], "accountId": ["type": "string"],
                "limits": ["type": "object", "properties": ["daily": ["type": "integer"]]],
            ],
        ]
    ]

    @Test func `a clean config has nothing to say`() throws {
        let report = try Self.valid().report()
        #expect(report.json == ["valid": true, "errors": [], "warnings": [], "info": []])
        #expect(!report.hasOnlyHealthErrors)
    }

    static let errors: [Case] = [
        Case(code: "UNKNOWN_SLOT_BINDING", pointer: "/integrations/1/slotId") {
            $0.bindings.append(scoped("conn_b", slot: "payments.primry"))
        },
        Case(code: "MISSING_REQUIRED_SLOT", pointer: "/integrations") { $0.bindings = [] },
        Case(code: "DUPLICATE_SLOT", pointer: "/meta/blueprintVersion") {
            $0.slots.append(World.slot())
        },
        Case(code: "MISSING_INTEGRATION_CONNECTION", pointer: "/integrations/1/connectionId") {
            $0.bindings.append(scoped("conn_nowhere"))
        },
        Case(code: "ENVIRONMENT_MISMATCH", pointer: "/integrations/0/connectionId") {
            try $0.add(connection: World.connection("conn_a", environment: "staging"))
        },
        Case(code: "CONNECTION_NOT_READY", pointer: "/integrations/0/connectionId") {
            try $0.move("conn_a", to: .draft)
        },
        Case(code: "CONNECTION_NOT_READY", pointer: "/integrations/0/connectionId") {
            try $0.move("conn_a", to: .paused)
        },
        Case(code: "CONNECTION_NOT_READY", pointer: "/integrations/0/connectionId") {
            try $0.move("conn_a", to: .revoked)
        },
        Case(code: "INTEGRATION_SPEC_NOT_FOUND", pointer: "/integrations/0/connectionId") {
            try $0.add(connection: World.connection("conn_a", version: "1.0.0"))
        },
        Case(code: "CATEGORY_MISMATCH", pointer: "/integrations/0/connectionId") {
            $0.slots = [World.slot(category: "email")]
        },
        Case(code: "MODE_MISMATCH", pointer: "/integrations/0/connectionId") {
            $0.slots = [World.slot(modes: ["managed"])]
        },
        Case(code: "UNSUPPORTED_OWNERSHIP_MODE", pointer: "/integrations/0/connectionId") {
            try $0.add(spec: World.spec(more: ["supportedModes": ["managed"]]))
        },
        Case(code: "CAPABILITY_NOT_PROVIDED", pointer: "/integrations/0/connectionId") {
            $0.slots = [World.slot(version: 2)]
        },
        Case(code: "CAPABILITY_NOT_PROVIDED", pointer: "/integrations/0/connectionId") {
            $0.slots = [World.slot(capabilities: [World.createPayment, "payments.payOut"])]
        },
        Case(code: "CONFIG_SCHEMA_VIOLATION", pointer: "/integrations/0/config/region") {
            try $0.add(spec: World.spec(more: ["configSchema": configSchema]))
        },
        Case(code: "CONFIG_SCHEMA_VIOLATION", pointer: "/integrations/0/config/limits/daily") {
            try $0.add(spec: World.spec(more: ["configSchema": configSchema]))
            let config: JSONValue = ["region": "eu", "limits": ["daily": "many"]]
            $0.bindings = [World.binding("conn_a", config: config)]
        },
        Case(code: "CONFIG_SCHEMA_VIOLATION", pointer: "/integrations/0/config/unheard") {
            try $0.add(spec: World.spec(more: ["configSchema": configSchema]))
            $0.bindings = [World.binding("conn_a", config: ["region": "eu", "unheard": 1])]
        },
        Case(code: "CONFIG_SCHEMA_VIOLATION", pointer: "/integrations/0/connectionId") {
            try $0.add(spec: World.spec(more: ["configSchema": configSchema]))
            let config: JSONValue = ["region": 12]
            try $0.add(connection: World.connection("conn_a", config: config))
        },
        Case(code: "SECRET_IN_CONFIG", pointer: "/integrations/0/config/nested/apiKey") {
            $0.bindings = [World.binding("conn_a", config: ["nested": ["apiKey": "abc"]])]
        },
        Case(code: "INVALID_DOMAIN", pointer: "/branding/customDomain") {
            $0.branding = ["customDomain": "not a domain"]
        },
        Case(code: "INSECURE_ASSET_URL", pointer: "/branding/assets/1/url") {
            $0.branding = [
                "assets": [
                    ["type": "logo", "url": "https://a.example/logo.svg"],
                    ["type": "icon", "url": "http://a.example/icon.svg"],
                ]
            ]
        },
        Case(code: "HEALTH_CHECK_FAILED", pointer: "/integrations/0/connectionId") {
            try $0.set("conn_a", health: World.health(.degraded))
        },
        Case(code: "HEALTH_CHECK_FAILED", pointer: "/integrations/0/connectionId") {
            try $0.set("conn_a", health: World.health(.unhealthy))
        },
    ]

    @Test(arguments: errors)
    func `an error is told with its place and a way out`(_ item: Case) throws {
        var world = try Self.valid()
        #expect(try world.report().isValid)
        try item.change(&world)
        let report = try world.report()
        let found = report.errors.filter { $0.code.rawValue == item.code }
        #expect(found.map(\.pointer) == [item.pointer])
        #expect(found.first?.severity == .error)
        #expect(found.first?.suggestion?.isEmpty == false)
        #expect(report.json["valid"] == false)
    }

    static let warnings: [Case] = [
        Case(code: "BROAD_WILDCARD", pointer: "/integrations/0/scope/workflows/1") {
            $0.bindings = [World.binding("conn_a", workflows: ["checkout", "c*"])]
        },
        Case(code: "BROAD_WILDCARD", pointer: "/integrations/0/scope/operations/0") {
            $0.bindings = [World.binding("conn_a", workflows: ["checkout"], operations: ["*"])]
        },
        Case(code: "UNKNOWN_WORKFLOW", pointer: "/integrations/0/scope/workflows/1") {
            $0.bindings = [World.binding("conn_a", workflows: ["checkout", "chekout"])]
        },
        Case(code: "AMBIGUOUS_BINDING", pointer: "/integrations/1") {
            $0.bindings.append(scoped("conn_b"))
        },
        Case(code: "SHADOWED_BINDING", pointer: "/integrations/1") {
            $0.bindings.append(World.binding("conn_b", workflows: ["checkout"], priority: 2))
        },
        Case(code: "UNSCOPED_BINDING", pointer: "/integrations/1") {
            $0.bindings.append(World.binding("conn_b", priority: 2))
        },
        Case(code: "CONNECTION_STATUS_UNKNOWN", pointer: "/integrations/0/connectionId") {
            try $0.add(spec: World.spec(more: ["healthCheck": nil]))
        },
        Case(code: "HEALTH_CHECK_STALE", pointer: "/integrations/0/connectionId") {
            try $0.set("conn_a", health: .unknown)
        },
        Case(code: "UNDOCUMENTED_BINDING", pointer: "/integrations/0") {
            $0.bindings = [World.binding("conn_a", description: nil)]
        },
        Case(code: "DEPRECATED_SPEC", pointer: "/integrations/0/connectionId") {
            try $0.add(spec: World.spec(more: ["deprecated": ["use": "payments.other@2"]]))
        },
        Case(code: "EMPTY_ALLOWED_MODES", pointer: "/integrations/0/slotId") {
            $0.slots = [World.slot(modes: [])]
        },
        Case(code: "EMPTY_ALLOWED_MODES", pointer: "/meta/blueprintVersion") {
            $0.slots.append(World.slot("spare", modes: [], required: false))
        },
        Case(code: "UNEXPECTED_ASSET_TYPE", pointer: "/branding/assets/0/url") {
            $0.branding = ["assets": [["type": "logo", "url": "https://a.example/logo.exe"]]]
        },
    ]

    @Test(arguments: warnings)
    func `a warning is told, and the config stays valid`(_ item: Case) throws {
        var world = try Self.valid()
        #expect(try !world.report().warningCodes.contains(item.code))
        try item.change(&world)
        let report = try world.report()
        #expect(report.errors == [])
        let found = report.warnings.filter { $0.code.rawValue == item.code }
        #expect(found.map(\.pointer) == [item.pointer])
        #expect(found.first?.severity == .warning)
        #expect(found.first?.suggestion?.isEmpty == false)
    }

    @Test func `one pass names everything`() throws {
        var world = try Self.valid()
        try world.add(
            connection: World.connection("conn_a", environment: "staging", status: "draft")
        )
        world.slots.append(World.slot())
        world.bindings = [
            Self.scoped("conn_nowhere"), Self.scoped("conn_a", slot: "nowhere"),
        ]
        world.branding = ["customDomain": "x", "assets": [["type": "logo", "url": "ftp://a/b"]]]
        #expect(
            try world.report().errorCodes == [
                "UNKNOWN_SLOT_BINDING", "MISSING_REQUIRED_SLOT", "DUPLICATE_SLOT",
                "MISSING_INTEGRATION_CONNECTION", "ENVIRONMENT_MISMATCH", "CONNECTION_NOT_READY",
                "INVALID_DOMAIN", "INSECURE_ASSET_URL",
            ]
        )
    }

    @Test func `suggestions guess what was meant`() throws {
        var world = try Self.valid()
        world.bindings += [
            Self.scoped("conn_b", slot: "payments.primry"), Self.scoped("con_a"),
            World.binding("conn_b", workflows: ["chekout"], priority: 3),
        ]
        let report = try world.report()
        let texts = Set((report.errors + report.warnings).compactMap(\.suggestion))
        for name in ["payments.primary", "conn_a", "checkout"] {
            #expect(texts.contains("did you mean \(name)?"))
        }
    }

    @Test func `an optional slot may be empty, and a paused one is not missing`() throws {
        var world = try Self.valid()
        world.slots.append(World.slot("extra", category: "email", required: false))
        #expect(try world.report().isValid)
        try world.move("conn_a", to: .paused)
        #expect(try world.report().errorCodes == ["CONNECTION_NOT_READY"])
    }

    @Test func `a rule without workflows can leave a required slot unfilled`() throws {
        var world = try Self.valid()
        world.platformRules = [try World.rule("x", "forbid", ["workflows": ["checkout"]])]
        #expect(try world.report().isValid)
        world.platformRules = [try World.rule("x", "forbid", ["slots": ["payments.*"]])]
        #expect(try world.report().errorCodes == ["MISSING_REQUIRED_SLOT"])
    }

    @Test func `what a connection lacks the binding may bring`() throws {
        var world = try Self.valid()
        try world.add(spec: World.spec(more: ["configSchema": Self.configSchema]))
        #expect(try world.report().errorCodes == ["CONFIG_SCHEMA_VIOLATION"])
        world.bindings = [World.binding("conn_a", config: ["region": "eu"])]
        #expect(try world.report().isValid)
    }

    @Test func `ambiguity is an error in production and a warning elsewhere`() throws {
        var world = try Self.valid(environment: "production")
        world.bindings.append(Self.scoped("conn_b"))
        #expect(try world.report().errorCodes == ["AMBIGUOUS_BINDING"])
        var sandbox = try Self.valid()
        sandbox.bindings.append(Self.scoped("conn_b"))
        #expect(try sandbox.report().isValid)
    }

    @Test func `a domain is taken whatever its case`() throws {
        var world = try Self.valid()
        world.branding = ["customDomain": "Billing.Acme.com"]
        let report = try world.report(takenDomains: ["billing.acme.com"])
        #expect(report.errors.map(\.code) == [.duplicateDomain])
        #expect(try world.report(takenDomains: ["other.acme.com"]).isValid)
    }

    @Test func `only health errors let a preview pass`() throws {
        var world = try Self.valid()
        try world.set("conn_a", health: World.health(.unhealthy))
        #expect(try world.report().hasOnlyHealthErrors)
        world.branding = ["customDomain": "x"]
        #expect(try !world.report().hasOnlyHealthErrors)
    }

    @Test(arguments: [(3600, false), (3601, true)])
    func `a check is stale after the configured time`(_ age: Int, _ isStale: Bool) throws {
        var world = try Self.valid()
        let checkedAt = World.now + .seconds(-age)
        try world.set("conn_a", health: World.health(.healthy, checkedAt: checkedAt))
        #expect(try world.report().warningCodes.contains("HEALTH_CHECK_STALE") == isStale)
    }

    @Test func `a connection on its way up has not failed`() throws {
        var world = try Self.valid()
        var health = World.health(.degraded)
        health.consecutiveFailures = 0
        health.consecutiveSuccesses = 1
        try world.set("conn_a", health: health)
        #expect(try world.report().isValid)
    }

    @Test func `production wants a likeness that was tried before`() throws {
        var world = try Self.valid(environment: "production")
        #expect(try world.report().warningCodes == ["NOT_TESTED_IN_SANDBOX"])
        try world.add(connection: World.connection("conn_s", environment: "sandbox"))
        var sandbox = world
        sandbox.environment = "sandbox"
        sandbox.bindings = [Self.scoped("conn_s")]
        let tested = try sandbox.config()
        #expect(try world.report(tested: [tested]).warnings == [])
        world.bindings = [World.binding("conn_a", workflows: ["checkout", "refund"])]
        #expect(try world.report(tested: [tested]).warningCodes == ["NOT_TESTED_IN_SANDBOX"])
        #expect(try sandbox.report().warnings == [])
    }

    @Test func `of each code a hundred are told, and how many more there are`() throws {
        var world = try Self.valid()
        world.bindings = (0..<130)
            .map { World.binding("conn_a", workflows: ["unheard-\($0)"], description: nil) }
        let report = try world.report()
        #expect(report.warnings.count { $0.code == .unknownWorkflow } == 100)
        #expect(report.warnings.count { $0.code == .undocumentedBinding } == 100)
        #expect(
            report.info.map(\.detail) == [
                "30 more of UNDOCUMENTED_BINDING are not listed",
                "30 more of UNKNOWN_WORKFLOW are not listed",
            ]
        )
        world.bindings.removeLast(30)
        #expect(try world.report().info == [])
    }
}
