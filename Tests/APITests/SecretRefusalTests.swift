import HTTPWire
import JSON
import Testing

@testable import API

/// A body that holds what looks like a secret is refused, wherever it stands, and its value is told
/// to nobody (API section 1).
@Suite struct SecretRefusalTests {
    private static let secret = "sk_live_51HxAbCdEfGhIjKlMnOpQr"
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    /// A body that a route takes, and where free text may stand in it.
    struct Place: Sendable {
        let name: String
        let method: HTTPMethod
        let target: String
        let body: JSONValue
        let pointers: [[String]]

        init(
            _ name: String,
            _ method: HTTPMethod,
            _ target: String,
            _ body: JSONValue,
            _ pointers: [[String]]
        ) {
            (self.name, self.method, self.target) = (name, method, target)
            (self.body, self.pointers) = (body, pointers)
        }
    }

    private static let request = tenant + "/change-requests/cr_none"
    private static let connectionTexts = [
        ["config", "accountId"], ["config", "region"], ["metadata", "note"], ["description"],
        ["externalAccountId"], ["meta", "label"],
    ]
    private static let configTexts = [["notes"], ["metadata", "note"], ["description"]]

    static let places: [Place] = [
        Place(
            "putIntegrationSpec",
            .put,
            "/v1/specs/integrations/payments.test/versions/1",
            SampleObjects.spec,
            [
                ["meta", "description"], ["meta", "title"], ["docsUrl"],
                ["transport", "headers", "X-Key"],
            ]
        ),
        Place(
            "putBlueprint",
            .put,
            "/v1/specs/blueprints/invoice-app/versions/1",
            SampleObjects.blueprint,
            [["branding", "appNameKey"], ["metadata", "note"], ["description"]]
        ),
        Place(
            "createConnection",
            .post,
            tenant + "/connections",
            SampleObjects.connection("conn_new"),
            connectionTexts
        ),
        Place(
            "putConnection",
            .put,
            tenant + "/connections/conn",
            SampleObjects.connection("conn"),
            connectionTexts
        ),
        Place("patchConnection", .patch, tenant + "/connections/conn", [:], connectionTexts),
        Place(
            "rotateConnection",
            .post,
            tenant + "/connections/conn/rotate",
            ["secretRef": "env://BINDERY_SECRET_B"],
            [["reason"]]
        ),
        Place("pauseConnection", .post, tenant + "/connections/conn/pause", [:], [["reason"]]),
        Place("resumeConnection", .post, tenant + "/connections/conn/resume", [:], [["reason"]]),
        Place("revokeConnection", .post, tenant + "/connections/conn/revoke", [:], [["reason"]]),
        Place(
            "createConfigVersion",
            .post,
            line + "/versions",
            SampleObjects.config("conn"),
            configTexts
        ),
        Place(
            "putConfigVersion",
            .put,
            line + "/versions/2",
            SampleObjects.config("conn"),
            configTexts
        ),
        Place("patchConfigVersion", .patch, line + "/versions/2", [:], configTexts),
        Place("previewConfig", .post, line + "/versions/2/preview", [:], [["changeSummary"]]),
        Place("publishConfig", .post, line + "/versions/2/publish", [:], [["changeSummary"]]),
        Place("archiveConfig", .post, line + "/versions/2/archive", [:], [["changeSummary"]]),
        Place("rollbackConfig", .post, line + "/rollback", ["toVersion": 1], [["reason"]]),
        Place(
            "promoteConfig",
            .post,
            line + "/promote",
            ["to": "staging", "connections": ["conn": "conn"]],
            [["reason"]]
        ),
        Place(
            "publishConfig",
            .post,
            line + "/versions/2/publish",
            [:],
            [["breakGlass", "reason"]]
        ),
        Place(
            "rollbackConfig",
            .post,
            line + "/rollback",
            ["toVersion": 1],
            [["breakGlass", "reason"]]
        ),
        Place(
            "putApprovalPolicy",
            .put,
            tenant + "/approval-policy",
            ["environments": [:]],
            [["description"]]
        ),
        Place(
            "createChangeRequest",
            .post,
            tenant + "/change-requests",
            ["blueprint": "invoice-app", "environment": "sandbox", "version": 2, "title": "t"],
            [["title"], ["description"]]
        ),
        Place("submitChangeRequest", .post, request + "/submit", [:], [["comment"]]),
        Place(
            "approveChangeRequest",
            .post,
            request + "/approve",
            ["contentDigest": "sha256:00"],
            [["comment"]]
        ),
        Place("rejectChangeRequest", .post, request + "/reject", [:], [["comment"]]),
        Place("scheduleChangeRequest", .post, request + "/schedule", [:], [["comment"]]),
        Place("cancelChangeRequest", .post, request + "/cancel", [:], [["comment"]]),
        Place("applyChangeRequest", .post, request + "/apply", [:], [["comment"]]),
        Place(
            "runUpgrade",
            .post,
            "/v1/specs/blueprints/invoice-app/versions/1/upgrade",
            ["to": 2, "plan": "0-000000000000000000000000"],
            [["reason"]]
        ),
        Place("createGlobalPolicy", .post, "/v1/policies", SampleObjects.policy, [["description"]]),
        Place("putGlobalPolicy", .put, "/v1/policies/p1", ["effect": "forbid"], [["description"]]),
        Place(
            "createTenantPolicy",
            .post,
            tenant + "/policies",
            ["id": "p2", "effect": "forbid"],
            [["description"], ["metadata", "note"]]
        ),
        Place(
            "putTenantPolicy",
            .put,
            tenant + "/policies/p1",
            ["effect": "forbid"],
            [["description"], ["metadata", "note"]]
        ),
        Place(
            "putEntity",
            .put,
            tenant + "/entities/user/alice",
            ["attributes": [:]],
            [["attributes", "token"], ["description"], ["metadata", "note"]]
        ),
        Place(
            "createWebhook",
            .post,
            tenant + "/webhooks",
            ["url": "https://alerts.example/hook"],
            [["description"], ["metadata", "note"]]
        ),
        Place(
            "putWebhook",
            .put,
            tenant + "/webhooks/ops",
            ["url": "https://alerts.example/hook"],
            [["description"], ["metadata", "note"]]
        ),
        Place(
            "rotateWebhookSecret",
            .post,
            tenant + "/webhooks/ops/rotate-secret",
            [:],
            [["note"]]
        ),
        Place(
            "applySet",
            .post,
            "/v1/apply",
            [
                "objects": [
                    [
                        "kind": "IntegrationConnection", "tenantId": "acme-corp",
                        "object": SampleObjects.connection("conn_set"),
                    ],
                    [
                        "kind": "PolicyRule", "tenantId": "acme-corp",
                        "object": ["id": "p3", "effect": "forbid"],
                    ],
                ]
            ],
            [
                ["objects", "0", "object", "config", "region"],
                ["objects", "0", "object", "description"],
                ["objects", "1", "object", "description"],
            ]
        ),
        Place("createGlobalKey", .post, "/v1/keys", ["roles": ["auditor"]], [["name"]]),
        Place(
            "createTenantKey",
            .post,
            tenant + "/keys",
            SampleObjects.key,
            [["name"], ["description"], ["metadata", "note"]]
        ),
    ]

    /// Routes that keep nothing of their body.
    static let keepsNothing: Set<String> = [
        "testConnection", "executeCapability", "validateConfig", "connectConnection",
    ]

    /// Routes whose body is a secret, which is sealed before it is kept: `SecretRoutesTests`.
    static let keepsSealed: Set<String> = ["putSecret"]

    @Test func `every route that keeps a body is in the table`() {
        let named = Set(Self.places.map(\.name)).union(Self.keepsNothing).union(Self.keepsSealed)
        for route in Routes.all where route.isWrite && route.body != .none {
            #expect(named.contains(route.name), "\(route.name) takes a body")
        }
    }

    @Test func `a secret in a body is refused, named by its place, and not repeated`()
        async throws
    {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        let before = try await api.send(.get, "/livez")["Bindery-Revision"]
        for place in Self.places {
            for pointer in place.pointers {
                let body = Self.setting(
                    .string("key: \(Self.secret)!"),
                    at: pointer[...],
                    in: place.body
                )
                let answer = try await api.send(place.method, place.target, body)
                let name = "\(place.name) /\(pointer.joined(separator: "/"))"
                #expect(answer.status == 422, "\(name): \(answer)")
                let issues = answer.json["errors"]?.array ?? []
                let issue = issues.first { $0["code"] == "SECRET_IN_CONFIG" }
                let wanted = "/" + pointer.joined(separator: "/")
                #expect(issue?["pointer"]?.string == wanted, "\(name): \(answer)")
                #expect(!answer.text.contains(Self.secret), "\(name)")
            }
        }
        #expect(try await api.send(.get, "/livez")["Bindery-Revision"] == before)
        let trail = try await api.send(.get, Self.tenant + "/audit?limit=500")
        #expect(!trail.text.contains(Self.secret))
    }

    @Test func `a field of the integration's secret is refused by its name`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        let config: JSONValue = ["config": ["apiKey": "harmless"]]
        let answer = try await api.send(.patch, Self.tenant + "/connections/conn", config)
        #expect(answer.code == "SECRET_IN_CONFIG")
        #expect(!answer.text.contains("harmless"))
    }

    /// `SecretScan` reads the values of members, and not their names.
    private static let scanReadsNames = true

    @Test(.enabled(if: scanReadsNames, "a secret as a member's name is not looked for yet"))
    func `a secret as the name of a member is refused, and not repeated`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        let body = SampleObjects.connection("conn")
        for place in [["metadata", Self.secret], [Self.secret]] {
            let wrong = Self.setting("x", at: place[...], in: body)
            let answer = try await api.send(.post, Self.tenant + "/connections", wrong)
            #expect(answer.status == 422)
            #expect(!answer.text.contains(Self.secret))
        }
    }

    @Test(arguments: ["sk_live_short", "task_live_51HxAbCdEfGhIjKl", "a secret key", "AKIA"])
    func `what only reminds of a key is none`(_ text: String) async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        var body = SampleObjects.connection("conn").object ?? [:]
        body["description"] = .string(text)
        let answer = try await api.send(.post, Self.tenant + "/connections", .object(body))
        #expect(answer.status == 201)
    }

    /// `root` with `value` at the place.
    private static func setting(
        _ value: JSONValue,
        at pointer: ArraySlice<String>,
        in root: JSONValue
    ) -> JSONValue {
        guard let key = pointer.first else { return value }
        if var items = root.array, let index = Int(key) {
            items[index] = setting(value, at: pointer.dropFirst(), in: items[index])
            return .array(items)
        }
        var object = root.object ?? [:]
        object[key] = setting(value, at: pointer.dropFirst(), in: object[key] ?? [:])
        return .object(object)
    }
}
