import Commands
import HTTPWire
import JSON
import Testing

/// What a route declares to leave in the audit trail is what it leaves (docs/audit.md).
@Suite struct AuditCoverageTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"
    private static let integrations = "/v1/specs/integrations"
    private static let blueprints = "/v1/specs/blueprints"

    /// A request, and the operation that it asks for.
    private struct Step {
        let name: String
        let method: HTTPMethod
        let target: String
        let body: JSONValue?
        /// Whether the world of the test lets it go well.
        let goesWell: Bool

        init(
            _ name: String,
            _ method: HTTPMethod,
            _ target: String,
            _ body: JSONValue? = nil,
            goesWell: Bool = true
        ) {
            (self.name, self.method, self.target, self.body) = (name, method, target, body)
            self.goesWell = goesWell
        }
    }

    /// The second version of a spec or a blueprint.
    private static func second(_ document: JSONValue) -> JSONValue {
        var object = document.object ?? [:]
        var meta = object["meta"]?.object ?? [:]
        meta["version"] = 2
        object["meta"] = .object(meta)
        return .object(object)
    }

    private static let reads: [Step] = [
        Step("getLiveness", .get, "/livez"), Step("getReadiness", .get, "/readyz"),
        Step("getOpenAPI", .get, "/openapi.json"), Step("getMetrics", .get, "/metrics"),
        Step("getAccessConfiguration", .get, "/.well-known/authzen-configuration"),
        Step("listTenants", .get, "/v1/tenants"),
        Step("listIntegrationSpecs", .get, integrations),
        Step("listIntegrationSpecsOfKey", .get, integrations + "/payments.test"),
        Step("listIntegrationSpecVersions", .get, integrations + "/payments.test/versions"),
        Step("getIntegrationSpec", .get, integrations + "/payments.test/versions/1"),
        Step("listBlueprints", .get, blueprints),
        Step("listBlueprintsOfName", .get, blueprints + "/invoice-app"),
        Step("listBlueprintVersions", .get, blueprints + "/invoice-app/versions"),
        Step("getBlueprint", .get, blueprints + "/invoice-app/versions/1"),
        Step("listBlueprintUses", .get, blueprints + "/invoice-app/versions/1/usage"),
        Step("listIntegrationSpecUses", .get, integrations + "/payments.test/versions/1/usage"),
        Step("listConnections", .get, tenant + "/connections"),
        Step("getConnection", .get, tenant + "/connections/conn"),
        Step("getConnectionHealth", .get, tenant + "/connections/conn/health"),
        Step("getConnectionUsage", .get, tenant + "/connections/conn/usage"),
        Step("getConnectionReach", .get, tenant + "/connections/conn/reach"),
        Step("listConfigs", .get, tenant + "/configs"),
        Step("listConfigVersions", .get, line + "/versions"),
        Step("getConfigVersion", .get, line + "/versions/1"),
        Step("diffConfig", .get, line + "/versions/1/diff/2"),
        Step(
            "compareEnvironments",
            .get,
            line + "/drift?against=production",
            goesWell: false
        ),
        Step("getConfigHistory", .get, line + "/history"),
        Step("resolveConfig", .get, line + "/resolved"),
        Step("getWorkflowReach", .get, tenant + "/workflows/checkout/reach"),
        Step("getOperationReach", .get, tenant + "/operations/payments.test.charge/reach"),
        Step("listAudit", .get, tenant + "/audit"),
        Step("getAudit", .get, tenant + "/audit/none", goesWell: false),
        Step("listPlatformAudit", .get, "/v1/audit"),
        Step("getPlatformAudit", .get, "/v1/audit/none", goesWell: false),
        Step("verifyAudit", .get, "/v1/audit/verify"),
        Step("listTenantPolicies", .get, tenant + "/policies"),
        Step("getTenantPolicy", .get, tenant + "/policies/no-agents"),
        Step("listGlobalPolicies", .get, "/v1/policies"),
        Step("listEntities", .get, tenant + "/entities"),
        Step("listTenantKeys", .get, tenant + "/keys"),
        Step("listGlobalKeys", .get, "/v1/keys"),
        Step("watchEvents", .get, "/v1/events"), Step("exportObjects", .get, "/v1/export"),
        Step("exportAudit", .get, tenant + "/audit/export"),
    ]

    private static let questions: [Step] = [
        Step("validateConfig", .post, line + "/versions/2/validate", [:]),
        Step("explainBinding", .post, line + "/explain", ["capability": "payments.charge"]),
        Step("simulateChanges", .post, line + "/simulate", ["changes": [], "calls": []]),
        Step("evaluateAccess", .post, "/access/v1/evaluation", Access.question()),
        Step(
            "evaluateAccessBatch",
            .post,
            "/access/v1/evaluations",
            ["evaluations": [Access.question()]]
        ),
        Step("searchSubjects", .post, "/access/v1/search/subject", Access.question()),
        Step("searchResources", .post, "/access/v1/search/resource", Access.question()),
        Step("searchActions", .post, "/access/v1/search/action", Access.question()),
        Step(
            "executeCapability",
            .post,
            line + "/capabilities/payments.charge/execute",
            ["workflow": "checkout"],
            goesWell: false
        ),
        // The integration declares no health check.
        Step("testConnection", .post, tenant + "/connections/conn/test", [:], goesWell: false),
    ]

    private static let connectionWrites: [Step] = [
        Step(
            "createConnection",
            .post,
            tenant + "/connections",
            SampleObjects.connection("spare")
        ),
        Step(
            "putConnection",
            .put,
            tenant + "/connections/other",
            SampleObjects.connection("other")
        ),
        Step(
            "patchConnection",
            .patch,
            tenant + "/connections/other",
            ["meta": ["displayName": "Other"]],
            goesWell: false
        ),
        Step(
            "rotateConnection",
            .post,
            tenant + "/connections/other/rotate",
            ["secretRef": "env://BINDERY_SECRET_A"],
            goesWell: false
        ),
        Step("pauseConnection", .post, tenant + "/connections/spare/pause", goesWell: false),
        Step("resumeConnection", .post, tenant + "/connections/spare/resume"),
        Step("revokeConnection", .post, tenant + "/connections/spare/revoke"),
        Step("deleteConnection", .delete, tenant + "/connections/other"),
    ]

    private static let configWrites: [Step] = [
        Step("createConfigVersion", .post, line + "/versions", SampleObjects.config("conn")),
        Step("putConfigVersion", .put, line + "/versions/3", SampleObjects.config("spare")),
        Step("patchConfigVersion", .patch, line + "/versions/3", ["integrations": []]),
        Step("previewConfig", .post, line + "/versions/2/preview"),
        Step("publishConfig", .post, line + "/versions/2/publish"),
        Step("deleteConfigVersion", .delete, line + "/versions/3"),
        Step("rollbackConfig", .post, line + "/rollback", ["toVersion": 1]),
        Step("promoteConfig", .post, line + "/promote", ["to": "production"], goesWell: false),
        Step("archiveConfig", .post, line + "/versions/3/archive", goesWell: false),
    ]

    /// Secrets, webhooks, consent, and what providers post.
    private static let accountWrites: [Step] = [
        Step("putSecret", .put, tenant + "/secrets/stripe", ["value": "v"]),
        Step("listSecrets", .get, tenant + "/secrets"),
        Step("getSecret", .get, tenant + "/secrets/stripe"),
        Step("deleteSecret", .delete, tenant + "/secrets/stripe"),
        Step("rotateSecretKey", .post, "/v1/secrets/rotate-key", goesWell: false),
        Step("putWebhook", .put, tenant + "/webhooks/ops", hook),
        Step("createWebhook", .post, tenant + "/webhooks", hook),
        Step("listWebhooks", .get, tenant + "/webhooks"),
        Step("getWebhook", .get, tenant + "/webhooks/ops"),
        Step("rotateWebhookSecret", .post, tenant + "/webhooks/ops/rotate-secret"),
        Step("testWebhook", .post, tenant + "/webhooks/ops/test"),
        Step("listAlertDeliveries", .get, tenant + "/webhooks/ops/deliveries"),
        Step(
            "replayAlertDelivery",
            .post,
            tenant + "/webhooks/ops/deliveries/none/replay",
            goesWell: false
        ),
        Step("deleteWebhook", .delete, tenant + "/webhooks/ops"),
        Step("connectConnection", .post, tenant + "/connections/none/connect", goesWell: false),
        Step("finishConnect", .get, "/v1/connect/callback?state=none&code=c", goesWell: false),
        Step(
            "receiveWebhook",
            .post,
            tenant + "/connections/none/webhooks/inbound",
            goesWell: false
        ),
    ]

    /// Who makes a request can't approve it: what comes behind that does not go well here.
    private static let approvalWrites: [Step] =
        [
            Step("putApprovalPolicy", .put, tenant + "/approval-policy", ["environments": [:]]),
            Step("getApprovalPolicy", .get, tenant + "/approval-policy"),
            Step("deleteApprovalPolicy", .delete, tenant + "/approval-policy"),
            Step(
                "createChangeRequest",
                .post,
                tenant + "/change-requests",
                ["blueprint": "invoice-app", "environment": "sandbox", "version": 2, "title": "t"]
            ),
            Step("listChangeRequests", .get, tenant + "/change-requests"),
        ]
        + ["submit", "approve", "schedule", "cancel", "apply"]
        .map { move in
            let target = tenant + "/change-requests/none/\(move)"
            return Step("\(move)ChangeRequest", .post, target, goesWell: false)
        } + [
            Step(
                "rejectChangeRequest",
                .post,
                tenant + "/change-requests/none/reject",
                ["comment": "no"],
                goesWell: false
            ),
            Step(
                "getChangeRequest",
                .get,
                tenant + "/change-requests/none",
                goesWell: false
            ),
        ]

    private static let hook: JSONValue = ["url": "https://alerts.example/hook"]

    private static let otherWrites: [Step] = [
        Step("createGlobalPolicy", .post, "/v1/policies", ["id": "g1", "effect": "permit"]),
        Step("getGlobalPolicy", .get, "/v1/policies/g1"),
        Step("putGlobalPolicy", .put, "/v1/policies/g1", ["effect": "forbid"]),
        Step("deleteGlobalPolicy", .delete, "/v1/policies/g1"),
        Step("createTenantPolicy", .post, tenant + "/policies", ["id": "t1", "effect": "permit"]),
        Step("putTenantPolicy", .put, tenant + "/policies/t1", ["effect": "forbid"]),
        Step("deleteTenantPolicy", .delete, tenant + "/policies/t1"),
        Step("putEntity", .put, tenant + "/entities/user/alice", ["attributes": [:]]),
        Step("getEntity", .get, tenant + "/entities/user/alice"),
        Step("deleteEntity", .delete, tenant + "/entities/user/alice"),
        Step("createTenantKey", .post, tenant + "/keys", SampleObjects.key),
        Step("createGlobalKey", .post, "/v1/keys", ["roles": ["auditor"]]),
        Step(
            "applySet",
            .post,
            "/v1/apply",
            [
                "objects": [
                    [
                        "kind": "PolicyRule", "tenantId": "acme-corp",
                        "object": ["id": "applied", "effect": "permit"],
                    ]
                ]
            ]
        ),
        Step(
            "putIntegrationSpec",
            .put,
            integrations + "/payments.test/versions/2",
            second(SampleObjects.spec)
        ),
        Step(
            "putBlueprint",
            .put,
            blueprints + "/invoice-app/versions/2",
            second(SampleObjects.blueprint)
        ),
        Step("planUpgrade", .get, blueprints + "/invoice-app/versions/1/upgrade?to=2"),
        Step(
            "runUpgrade",
            .post,
            blueprints + "/invoice-app/versions/1/upgrade",
            ["to": 2, "plan": "0-none"],
            goesWell: false
        ),
        Step(
            "deleteIntegrationSpec",
            .delete,
            integrations + "/payments.test/versions/2"
        ),
        Step(
            "deleteBlueprint",
            .delete,
            blueprints + "/invoice-app/versions/2"
        ),
    ]

    /// What each operation declares, by its name.
    private func declarations(_ api: TestAPI) async throws -> [String: JSONValue] {
        let document = try await api.must(.get, "/openapi.json")
        var found: [String: JSONValue] = [:]
        for path in document.json["paths"]?.object ?? [:] {
            for operation in path.value.object ?? [:] {
                guard let name = operation.value["operationId"]?.string else { continue }
                found[name] = operation.value["x-bindery-audit"]
            }
        }
        return found
    }

    private static var writes: [Step] {
        connectionWrites + configWrites + otherWrites + accountWrites + approvalWrites
    }

    /// Makes a world, and changes it by every route that changes something.
    static func drive(_ api: TestAPI) async throws {
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        for path in [tenant + "/keys", "/v1/keys"] {
            let made = try await api.must(.post, path, ["roles": ["auditor"]])
            _ = try await api.send(.delete, "\(path)/\(made.json["id"]?.string ?? "")")
        }
        for step in writes { _ = try await send(api, step) }
    }

    private static func send(_ api: TestAPI, _ step: Step) async throws -> Int {
        switch step.name {
        case "watchEvents": return try await api.open(step.target).status
        case "exportObjects", "exportAudit":
            let stream = try await api.open(step.target)
            try await stream.wait { $0.isWhole }
            return stream.status
        default: break
        }
        guard let body = step.body else {
            return try await api.send(step.method, step.target).status
        }
        return try await api.send(step.method, step.target, body).status
    }

    @Test func `each route leaves the records that it declares, and no others`() async throws {
        let api = try await TestAPI { settings in
            settings.decisions.extent = .all
            settings.decisions.whenBusy = .wait
        }
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        // A rule that forbids nothing, in the place of one that forbids all.
        let rule: JSONValue = ["effect": "permit"]
        #expect(try await api.send(.put, Self.tenant + "/policies/no-agents", rule).status == 200)
        let declared = try await declarations(api)
        var last = try await api.audited(after: 0).last
        var driven: Set<String> = []
        var keys: [Step] = []
        for (name, path) in [("Tenant", Self.tenant + "/keys"), ("Global", "/v1/keys")] {
            let made = try await api.must(.post, path, ["roles": ["auditor"]])
            let id = made.json["id"]?.string ?? ""
            keys.append(Step("get\(name)Key", .get, "\(path)/\(id)"))
            keys.append(Step("revoke\(name)Key", .delete, "\(path)/\(id)"))
        }
        last = try await api.audited(after: last).last
        for step in Self.reads + Self.questions + Self.writes + keys {
            driven.insert(step.name)
            let status = try await Self.send(api, step)
            #expect(status < 300 || !step.goesWell, "\(step.name): \(status)")
            let (records, newest) = try await api.audited(after: last)
            last = newest
            let rule = try #require(declared[step.name], "\(step.name) declares nothing")
            try compare(step.name, records, rule, isDone: status < 300 && step.goesWell)
        }
        let names = Set(declared.keys)
        #expect(names.subtracting(driven).isEmpty, "not driven: \(names.subtracting(driven))")
    }

    /// What is refused, or has nothing to do, may leave what its kind leaves, or nothing.
    private func compare(
        _ name: String,
        _ records: [String],
        _ rule: JSONValue,
        isDone: Bool
    ) throws {
        guard let kind = rule["kind"]?.string else {
            #expect(records.isEmpty, "\(name) leaves \(records), and declares none")
            return
        }
        let allowed = (rule["actions"]?.array ?? []).compactMap { $0.string }
            .map { "\(kind) \($0)" }
        #expect(!allowed.isEmpty, "\(name) declares no action")
        for record in records {
            // A denial, or a failed authentication, is one whatever was asked for.
            let isDenial = !isDone && ["decision ", "auth "].contains { record.hasPrefix($0) }
            #expect(allowed.contains(record) || isDenial, "\(name) leaves \(record)")
        }
        if name == "executeCapability" { #expect(records == ["call capability.execute"]) }
        if isDone { #expect(!records.isEmpty, "\(name) leaves nothing") }
    }
}
