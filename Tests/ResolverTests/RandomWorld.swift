import JSON
import Model
import Resolver

/// Worlds by chance, over so few names that scopes, rules and connections often meet.
struct RandomWorld {
    var random: SeededGenerator
    /// Whether connections, specs and slots may be faulty.
    var hasFaults = true
    /// Whether integrations have schemas, connections and bindings configs, and apps branding.
    var hasConfigs = false

    static let workflows = ["a", "b", "ab", "ba", "abc", "bcab", "checkout"]
    private static let patterns = [
        "a", "b", "ab", "abc", "checkout", "*", "a*", "*b", "ab*", "a*b", "*a*", "b*a*", "check*",
    ]
    private static let operations = [
        "payments.stripe.createPaymentIntent", "payments.stripe.*", "payments.*",
        "*.createRefund", "payments.adyen.createRefund", "*",
    ]
    private static let connections = ["s0", "s1", "s2", "a0", "a1"]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func some(_ values: [String], upTo count: Int) -> [String] {
        (0..<Int.random(in: 0...count, using: &random))
            .map { _ in values.randomElement(using: &random) ?? "a" }
    }

    mutating func next() throws -> World {
        var world = World()
        world.environment = chance(50) ? "sandbox" : "production"
        world.workflows = Array(Self.workflows.prefix(3))
        for key in ["payments.stripe", "payments.adyen"] where !hasFaults || chance(95) {
            try world.add(spec: spec(key))
        }
        for id in Self.connections where !hasFaults || chance(90) {
            try add(id, to: &world)
        }
        world.slots = slots()
        world.bindings = (0..<Int.random(in: 0...7, using: &random)).map { _ in binding() }
        if chance(60) { world.platformRules = try rules("p") }
        if chance(60) { world.tenantRules = try rules("t") }
        if hasConfigs {
            if chance(40) { world.blueprintBranding = branding() }
            if chance(40) { world.branding = branding() }
        }
        return world
    }

    private mutating func spec(_ key: String) -> JSONValue {
        let isFaulty = hasFaults && chance(10)
        var more: JSONObject = hasFaults && chance(10) ? ["supportedModes": ["byok"]] : [:]
        if hasConfigs, chance(70) { more["configSchema"] = ["schema": schema()] }
        return World.spec(key, category: isFaulty ? "email" : "payments", more: more)
    }

    /// A schema that wants an account, and a region beside it that may have a default.
    private mutating func schema() -> JSONValue {
        var region: JSONObject = ["enum": ["eu", "us"]]
        if chance(50) { region["default"] = "eu" }
        var schema: JSONObject = [
            "type": "object",
            "properties": ["account": ["type": "string"], "region": .object(region)],
        ]
        if chance(60) { schema["required"] = chance(50) ? ["account"] : ["account", "region"] }
        return .object(schema)
    }

    /// A config that mostly fits the schema, where faults are wanted at all.
    private mutating func config() -> JSONValue {
        var config: JSONObject = [:]
        if !hasFaults || chance(90) { config["account"] = hasFaults && chance(5) ? 7 : "acct" }
        if !hasFaults || chance(80) { config["region"] = hasFaults && chance(5) ? "mars" : "us" }
        return .object(config)
    }

    private mutating func branding() -> JSONValue {
        var branding: JSONObject = ["appName": "Acme"]
        if chance(50) {
            branding["customDomain"] = hasFaults && chance(20) ? "nowhere" : "app.example.com"
        }
        if chance(50) {
            branding["assets"] = .array(
                some(["logo", "icon"], upTo: 2)
                    .map { type in
                        let scheme = hasFaults && chance(15) ? "http" : "https"
                        return [
                            "type": .string(type), "url": .string("\(scheme)://a.example/x.png"),
                        ]
                    }
            )
        }
        return .object(branding)
    }

    private mutating func add(_ id: String, to world: inout World) throws {
        let statuses: [Connection.Status] = [.draft, .paused, .revoked]
        let status = hasFaults && chance(20) ? statuses.randomElement(using: &random) : nil
        let isUnhealthy = hasFaults && chance(10)
        try world.add(
            connection: World.connection(
                id,
                spec: id.hasPrefix("s") ? "payments.stripe" : "payments.adyen",
                environment: hasFaults && chance(8) ? "staging" : world.environment,
                mode: chance(50) ? "byok" : "managed",
                config: hasConfigs ? config() : [:]
            ),
            health: isUnhealthy ? World.health(.unhealthy) : World.fresh
        )
        if let status { try world.move(id, to: status) }
    }

    private mutating func slots() -> [JSONValue] {
        let modes: [JSONValue?] = hasFaults ? [["byok"], [], nil] : [[], nil]
        let capabilities = [
            [World.createPayment], [World.createRefund], [World.createPayment, World.createRefund],
        ]
        return ["one", "two"]
            .map { id in
                World.slot(
                    id,
                    capabilities: capabilities.randomElement(using: &random) ?? [],
                    version: hasFaults && chance(5) ? 2 : chance(50) ? 1 : nil,
                    modes: modes.randomElement(using: &random) ?? nil,
                    required: chance(60)
                )
            }
    }

    private mutating func binding() -> JSONValue {
        World.binding(
            hasFaults && chance(5)
                ? "nowhere" : Self.connections.randomElement(using: &random) ?? "",
            slot: hasFaults && chance(5) ? "three" : chance(50) ? "one" : "two",
            workflows: chance(30) ? nil : some(Self.patterns, upTo: 3),
            operations: chance(50) ? nil : some(Self.operations, upTo: 2),
            priority: chance(50) ? nil : Int.random(in: 1...2, using: &random),
            config: hasConfigs && chance(30) ? .some(config()) : .none
        )
    }

    private mutating func rules(_ level: String) throws -> [PolicyRule] {
        try (0..<Int.random(in: 0...3, using: &random))
            .map { number in
                var match = JSONObject()
                func set(_ key: String, _ values: [String]) {
                    match[key] = .array(values.map { .string($0) })
                }
                if chance(60) { set("workflows", some(Self.patterns, upTo: 2)) }
                if chance(40) { set("operations", some(Self.operations, upTo: 1)) }
                if chance(40) { set("connections", some(["s*", "s0", "*1"], upTo: 2)) }
                if chance(30) { set("slots", some(["one", "t*"], upTo: 1)) }
                if chance(20) { set("integrations", ["payments.a*"]) }
                if chance(20) { set("ownershipModes", ["byok"]) }
                if chance(10) { set("environments", ["production"]) }
                let effect = chance(50) ? "forbid" : "permit"
                return try World.rule("\(level)\(number)", effect, .object(match))
            }
    }
}
