import HTTPWire
import JSON

/// A blueprint in several versions, and tenants whose sandbox is live on the first of them.
struct UpgradeWorld {
    static let versions = "/v1/specs/blueprints/invoice-app/versions"
    static let upgrade = versions + "/1/upgrade"

    /// What the versions of the blueprint are there for.
    enum Version: Int, CaseIterable {
        /// What the tenants are on.
        case old = 1
        /// Another workflow, and nothing that a config would notice.
        case alike
        /// Without the slot for email.
        case withoutEmail
        /// With a slot for texts that must be filled.
        case withTexts
        /// Where payments need no refunds.
        case withoutRefunds
        /// Where payments need what the tenants' integration does not provide.
        case otherPayments
    }

    let api: TestAPI

    static func line(_ tenant: String, _ environment: String = "sandbox") -> String {
        "/v1/tenants/\(tenant)/configs/invoice-app/\(environment)"
    }

    /// The server with all versions; no tenant yet.
    init(over api: TestAPI) async throws {
        self.api = api
        for (key, category, capabilities) in [
            ("payments.test", "payments", ["payments.charge", "payments.refund"]),
            ("email.test", "email", ["email.send"]), ("texts.test", "texts", ["texts.send"]),
        ] {
            let target = "/v1/specs/integrations/\(key)/versions/1"
            try await api.must(.put, target, Self.spec(key, category, capabilities))
        }
        for version in Version.allCases {
            let target = "\(Self.versions)/\(version.rawValue)"
            try await api.must(.put, target, Self.blueprint(version))
        }
    }

    init() async throws { try await self.init(over: TestAPI()) }

    /// Another server over the same log, as a replica is.
    init(sharing other: UpgradeWorld) async throws {
        api = try await TestAPI(over: other.api.ledger)
    }

    private static func spec(
        _ key: String,
        _ category: String,
        _ capabilities: [String]
    ) -> JSONValue {
        var operations: JSONObject = [:]
        var provides: [JSONValue] = []
        for capability in capabilities {
            let operation = "\(key).\(capability.split(separator: ".").last ?? "")"
            operations[operation] = ["method": "POST", "path": "/call", "encoding": "json"]
            provides.append([
                "key": .string(capability), "version": 1, "operation": .string(operation),
            ])
        }
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": .string(key), "version": 1, "category": .string(category)]
        spec["capabilities"] = ["provides": .array(provides)]
        spec["operations"] = .object(operations)
        return .object(spec)
    }

    static func blueprint(_ version: Version) -> JSONValue {
        func slot(
            _ id: String,
            _ category: String,
            _ capabilities: [String],
            required: Bool
        ) -> JSONValue {
            [
                "slotId": .string(id), "requiredCategory": .string(category),
                "allowedModes": ["byok"], "required": .bool(required),
                "requiredCapabilities": .array(capabilities.map { ["key": .string($0)] }),
            ]
        }
        let payments =
            switch version {
            case .withoutRefunds: ["payments.charge"]
            case .otherPayments: ["payments.payout"]
            default: ["payments.charge", "payments.refund"]
            }
        var slots = [slot("payments.primary", "payments", payments, required: true)]
        if version != .withoutEmail {
            slots.append(slot("email.outbound", "email", ["email.send"], required: false))
        }
        if version == .withTexts {
            slots.append(slot("texts.outbound", "texts", ["texts.send"], required: true))
        }
        var workflows: JSONObject = ["checkout": ["name": "invoice.checkout", "version": 1]]
        if version == .alike { workflows["refund"] = ["name": "invoice.refund"] }
        return [
            "meta": [
                "name": "invoice-app", "version": .integer(Int64(version.rawValue)),
                "appId": "invoice",
            ],
            "integrationSlots": .array(slots), "workflows": .object(workflows),
        ]
    }

    static func connection(_ id: String, _ key: String, _ environment: String) -> JSONValue {
        var connection = SampleObjects.connection(id, environment: environment).object ?? [:]
        connection["meta"] = [
            "id": .string(id), "integrationKey": .string(key), "integrationVersion": 1,
            "environment": .string(environment),
        ]
        return .object(connection)
    }

    static let config: JSONValue = [
        "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
        "integrations": [
            ["slotId": "payments.primary", "connectionId": "pay", "priority": 1],
            ["slotId": "email.outbound", "connectionId": "mail"],
            [
                "slotId": "payments.primary", "connectionId": "pay",
                "scope": ["operations": ["payments.test.refund"]], "priority": 2,
            ],
        ],
    ]

    /// Gives a tenant what its config binds, and publishes that.
    func putTenant(_ tenant: String, environment: String = "sandbox") async throws {
        let path = "/v1/tenants/\(tenant)/connections"
        let suffix = environment == "sandbox" ? "" : "-\(environment)"
        for (id, key) in [("pay", "payments.test"), ("mail", "email.test")] {
            try await api.must(.post, path, Self.connection(id + suffix, key, environment))
        }
        let line = Self.line(tenant, environment)
        var config = Self.config.object ?? [:]
        config["integrations"] = .array(
            (config["integrations"]?.array ?? [])
                .map { binding in
                    var binding = binding.object ?? [:]
                    binding["connectionId"] = .string(
                        (binding["connectionId"]?.string ?? "") + suffix
                    )
                    return .object(binding)
                }
        )
        try await api.must(.post, line + "/versions", .object(config))
        if environment == "production" { try await api.must(.post, line + "/versions/1/preview") }
        try await api.must(.post, line + "/versions/1/publish")
    }

    /// The plan of going over to a version.
    func plan(
        to version: Version,
        _ query: String = "",
        key: String = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        try await api.send(.get, "\(Self.upgrade)?to=\(version.rawValue)\(query)", key: key)
    }

    /// The items of a plan.
    func items(to version: Version, _ query: String = "") async throws -> [JSONValue] {
        let answer = try await plan(to: version, query)
        guard answer.status == 200, let items = answer.json["items"]?.array else {
            throw UnexpectedAnswer(target: Self.upgrade, answer: answer)
        }
        return items
    }
}

extension UpgradeWorld {
    /// The name of a plan that is made now.
    func planned(to version: Version) async throws -> String {
        try await plan(to: version).json["plan"]?.string ?? ""
    }

    /// Runs a plan, or a new one.
    func run(
        to version: Version,
        plan: String? = nil,
        _ wish: JSONObject = [:],
        query: String = "",
        headers: [HTTPField] = [],
        key: String = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        var body = wish
        body["to"] = .integer(Int64(version.rawValue))
        body["plan"] = .string(try await planned(to: version))
        if let plan { body["plan"] = .string(plan) }
        return try await api.send(
            .post,
            Self.upgrade + query,
            .object(body),
            headers: headers,
            key: key
        )
    }

    /// What is published of a tenant: the number of the version, and that of its blueprint.
    func live(_ tenant: String, _ environment: String = "sandbox") async throws -> [JSONValue?] {
        let list = Self.line(tenant, environment) + "/versions?status=published"
        let items = try await api.must(.get, list).json["items"]?.array ?? []
        return items.flatMap { [$0["meta"]?["version"], $0["meta"]?["blueprintVersion"]] }
    }
}

extension TestAnswer {
    /// The outcomes of a run, in order.
    var outcomes: [String] {
        (json["items"]?.array ?? []).map { $0["outcome"]?.string ?? "none" }
    }
}
