import JSON
import Model
import Policy
import Resolver

/// A small world for tests: one tenant, one blueprint, and what a test adds to them.
///
/// It starts as the seed's, with Stripe in the slot `payments.primary`.
struct World {
    var specs: [SpecID: IntegrationSpec] = [:]
    var connections: [ConnectionID: ObservedConnection] = [:]
    var slots: [JSONValue] = [World.slot()]
    var workflows = ["checkout", "refund", "newsletter"]
    var bindings: [JSONValue] = []
    var branding: JSONValue?
    var blueprintBranding: JSONValue?
    var environment = "sandbox"
    var platformRules: [PolicyRule] = []
    var tenantRules: [PolicyRule] = []

    static let now = Timestamp(milliseconds: 1_750_000_000_000)
    static let createPayment = "payments.createPaymentIntent"
    static let createRefund = "payments.createRefund"

    /// A world with the spec `payments.stripe` and its connections `conn_a` and `conn_b`.
    static func seed(environment: String = "sandbox") throws -> World {
        var world = World()
        world.environment = environment
        try world.add(spec: spec())
        for id in ["conn_a", "conn_b"] {
            try world.add(connection: connection(id, environment: environment))
        }
        return world
    }

    // MARK: Documents

    static func slot(
        _ id: String = "payments.primary",
        category: String = "payments",
        capabilities: [String] = [createPayment, createRefund],
        version: JSONValue? = 1,
        modes: JSONValue? = ["managed", "byok"],
        required: Bool = true
    ) -> JSONValue {
        let required = JSONValue.bool(required)
        var object: JSONObject = [
            "slotId": .string(id), "requiredCategory": .string(category), "required": required,
            "requiredCapabilities": .array(
                capabilities.map { key in
                    var item: JSONObject = ["key": .string(key)]
                    item["version"] = version
                    return .object(item)
                }
            ),
        ]
        object["allowedModes"] = modes
        return .object(object)
    }

    static func spec(
        _ key: String = "payments.stripe",
        version: JSONValue = 1,
        category: String = "payments",
        provides: JSONValue? = nil,
        more: JSONObject = [:]
    ) -> JSONValue {
        let operations = ["createPaymentIntent", "createRefund", "getBalance"]
            .map { name in
                let call: JSONValue = ["method": "POST", "path": .string("/v1/\(name)")]
                return ("\(key).\(name)", call)
            }
        let provided: JSONValue = [
            [
                "key": .string(createPayment), "version": 1,
                "operation": .string("\(key).createPaymentIntent"),
            ],
            [
                "key": .string(createRefund), "version": 1,
                "operation": .string("\(key).createRefund"),
            ],
        ]
        var object: JSONObject = [
            "meta": [
                "key": .string(key), "version": version, "category": .string(category),
            ],
            "capabilities": ["provides": provides ?? provided],
            "transport": ["type": "rest", "baseUrl": "https://api.example.com"],
            "operations": .object(JSONObject(operations)),
            "healthCheck": ["operation": .string("\(key).getBalance")],
            "secretSchema": ["schema": ["type": "object", "properties": ["apiKey": [:]]]],
        ]
        for member in more {
            // A null takes the member out.
            let value: JSONValue? = member.value.isNull ? .none : .some(member.value)
            object[member.key] = value
        }
        return .object(object)
    }

    static func connection(
        _ id: String,
        spec: String = "payments.stripe",
        version: JSONValue = 1,
        environment: String = "sandbox",
        mode: String = "byok",
        status: String = "active",
        config: JSONValue = [:]
    ) -> JSONValue {
        [
            "meta": [
                "id": .string(id), "tenantId": "acme", "integrationKey": .string(spec),
                "integrationVersion": version, "environment": .string(environment),
            ],
            "ownershipMode": .string(mode), "config": config, "status": .string(status),
        ]
    }

    static func binding(
        _ connection: String,
        slot: String = "payments.primary",
        workflows: [String]? = nil,
        operations: [String]? = nil,
        priority: Int? = nil,
        config: JSONValue? = nil,
        description: String? = "for a test"
    ) -> JSONValue {
        var object: JSONObject = [
            "slotId": .string(slot), "connectionId": .string(connection),
        ]
        var scope = JSONObject()
        scope["workflows"] = workflows.map { .array($0.map { .string($0) }) }
        scope["operations"] = operations.map { .array($0.map { .string($0) }) }
        if !scope.isEmpty { object["scope"] = .object(scope) }
        object["priority"] = priority.map { .integer(Int64($0)) }
        object["config"] = config
        object["description"] = description.map { .string($0) }
        return .object(object)
    }

    static func rule(_ id: String, _ effect: String, _ match: JSONValue = [:]) throws -> PolicyRule
    {
        try PolicyRule(["id": .string(id), "effect": .string(effect), "match": match], id: nil)
    }

    // MARK: Adding

    mutating func add(spec json: JSONValue) throws {
        let issues = IssueList()
        let spec = IntegrationSpec(reading: json, id: nil, issues: issues)
        try issues.throwErrors()
        specs[spec.id] = spec
    }

    mutating func add(connection json: JSONValue, health: ConnectionHealth = fresh) throws {
        let connection = try Connection(json, tenant: nil, id: nil)
        connections[connection.id] = ObservedConnection(connection: connection, health: health)
    }

    static var fresh: ConnectionHealth { health(.healthy) }

    static func health(
        _ status: ConnectionHealth.Status,
        checkedAt: Timestamp? = now
    ) -> ConnectionHealth {
        var health = ConnectionHealth(status: status)
        health.checkedAt = checkedAt
        health.consecutiveFailures = status == .degraded || status == .unhealthy ? 1 : 0
        return health
    }

    mutating func set(_ id: String, health: ConnectionHealth) throws {
        let observed = try observed(id)
        let connection = observed.connection
        connections[connection.id] = ObservedConnection(connection: connection, health: health)
    }

    mutating func move(_ id: String, to status: Connection.Status) throws {
        let observed = try observed(id)
        connections[observed.connection.id] = ObservedConnection(
            connection: observed.connection.moved(to: status, reason: nil),
            health: observed.health
        )
    }

    private func observed(_ id: String) throws -> ObservedConnection {
        guard let id = ConnectionID(id), let observed = connections[id] else { throw NoSuchThing() }
        return observed
    }

    struct NoSuchThing: Error {}

    // MARK: Compiling

    func blueprint() throws -> Blueprint {
        let aliases = workflows.map { ($0, JSONValue.object(["name": .string("flow.\($0)")])) }
        var object: JSONObject = [
            "meta": ["name": "invoice-app", "version": 1, "appId": "invoice"],
            "integrationSlots": .array(slots),
            "workflows": .object(JSONObject(aliases)),
        ]
        object["branding"] = blueprintBranding
        let issues = IssueList()
        let blueprint = Blueprint(reading: .object(object), id: nil, issues: issues)
        // A blueprint with a slot twice is refused where it is written; the report looks all the same.
        let errors = issues.issues.filter { $0.code != .duplicateSlot }
        guard errors.isEmpty else { throw InvalidDocument(issues: errors) }
        return blueprint
    }

    func config(environment: String? = nil) throws -> TenantAppConfig {
        var object: JSONObject = [
            "meta": [
                "tenantId": "acme", "blueprintName": "invoice-app", "blueprintVersion": 1,
                "environment": .string(environment ?? self.environment),
            ],
            "integrations": .array(bindings),
        ]
        object["branding"] = branding
        return try TenantAppConfig(.object(object), tenant: nil, line: nil) { _ in .integer(1) }
    }

    func inputs() throws -> ResolverInputs {
        guard let name = EnvironmentName(environment) else { throw NoSuchThing() }
        let tier: Environment.Tier = environment == "production" ? .production : .nonproduction
        return ResolverInputs(
            config: try config(),
            versionNumber: 4,
            blueprint: try blueprint(),
            environment: Environment(name: name, tier: tier),
            policies: PolicySet(platform: platformRules, tenant: tenantRules),
            connection: { connections[$0] },
            spec: { specs[$0] }
        )
    }

    func table() throws -> BindingTable { BindingTable(compiling: try inputs()) }

    // MARK: Asking

    func explain(
        _ capability: String = createPayment,
        in workflow: String? = "checkout",
        open: Set<String> = []
    ) throws -> Resolution {
        guard let key = CapabilityKey(capability) else { throw NoSuchThing() }
        let resolution = try table()
            .resolve(
                capability: key,
                workflow: workflow.flatMap { WorkflowName($0) },
                isOpen: { connection, _ in open.contains(connection.text) }
            )
        guard let resolution else { throw NoSuchThing() }
        return resolution
    }

    func report(
        takenDomains: Set<String> = [],
        tested: [TenantAppConfig] = []
    ) throws -> ValidationReport {
        ConfigValidator.report(
            try inputs(),
            ValidationSurroundings(
                now: Self.now,
                healthFreshSeconds: 3600,
                isDomainTaken: { takenDomains.contains($0) },
                testedConfigs: tested,
                connectionIDs: connections.keys.sorted()
            )
        )
    }
}

extension Resolution {
    /// The outcome and reasons of each candidate, in order, as one text: `conn_a winner`.
    var summary: [String] {
        candidates.map { candidate in
            ([candidate.connectionID.text, candidate.outcome.rawValue]
                + candidate.reasons.map(\.rawValue))
                .joined(separator: " ")
        }
    }
}

extension ValidationReport {
    /// The codes of its errors.
    var errorCodes: Set<String> { Set(errors.map(\.code.rawValue)) }
    /// The codes of its warnings.
    var warningCodes: Set<String> { Set(warnings.map(\.code.rawValue)) }
}

/// A generator whose seed a failing test prints (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
