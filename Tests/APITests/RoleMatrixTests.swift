import HTTPWire
import JSON
import Testing

/// Who may do what, over HTTP (API section 10, "Roles").
@Suite struct RoleMatrixTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    /// What is asked, and who may; platform-admin always may.
    struct Row: Sendable, CustomStringConvertible {
        let method: HTTPMethod
        let target: String
        let body: JSONValue?
        let roles: Set<String>

        init(
            _ method: HTTPMethod,
            _ target: String,
            _ body: JSONValue? = nil,
            for roles: Set<String>
        ) {
            (self.method, self.target, self.body, self.roles) = (method, target, body, roles)
        }

        var description: String { "\(method.rawValue) \(target)" }
    }

    private static let tenantReaders: Set = ["tenant-admin", "tenant-viewer"]
    static let rows: [Row] = [
        Row(.get, "/v1/specs/integrations", for: tenantReaders),
        Row(.get, "/v1/specs/blueprints/invoice-app/versions/1", for: tenantReaders),
        Row(.put, "/v1/specs/integrations/payments.test/versions/1", SampleObjects.spec, for: []),
        Row(.put, "/v1/specs/blueprints/invoice-app/versions/1", SampleObjects.blueprint, for: []),
        Row(.delete, "/v1/specs/integrations/payments.test/versions/9", for: []),
        Row(.get, "/v1/specs/integrations/payments.test/versions/1/usage", for: tenantReaders),
        Row(.get, "/v1/specs/blueprints/invoice-app/versions/1/usage", for: tenantReaders),
        Row(
            .get,
            "/v1/specs/blueprints/invoice-app/versions/1/upgrade?to=2",
            for: tenantReaders
        ),
        Row(
            .post,
            "/v1/specs/blueprints/invoice-app/versions/1/upgrade?dryRun=true",
            ["to": 2],
            for: ["tenant-admin"]
        ),
        Row(.get, "/v1/policies", for: []),
        Row(.post, "/v1/policies", SampleObjects.policy, for: []),
        Row(.get, "/v1/keys", for: []), Row(.post, "/v1/keys", ["roles": ["auditor"]], for: []),
        Row(.get, "/v1/tenants", for: []), Row(.get, "/metrics", for: []),
        Row(.get, tenant + "/connections", for: tenantReaders),
        Row(.get, tenant + "/connections/conn/health", for: tenantReaders),
        Row(.get, tenant + "/connections/conn/usage", for: tenantReaders),
        Row(.get, tenant + "/connections/conn/reach", for: tenantReaders),
        Row(
            .put,
            tenant + "/connections/conn",
            SampleObjects.connection("conn"),
            for: ["tenant-admin"]
        ),
        Row(.post, tenant + "/connections/spare/pause", [:], for: ["tenant-admin"]),
        Row(.get, tenant + "/configs", for: tenantReaders),
        Row(.get, line + "/versions/1", for: tenantReaders),
        Row(.get, line + "/versions/1/diff/2", for: tenantReaders),
        Row(.post, line + "/versions", SampleObjects.config("conn"), for: ["tenant-admin"]),
        Row(.post, line + "/versions/2/validate", [:], for: ["tenant-admin"]),
        Row(.post, line + "/versions/1/publish", [:], for: ["tenant-admin"]),
        Row(.get, line + "/history", for: ["tenant-admin", "tenant-viewer", "auditor"]),
        Row(
            .get,
            line + "/resolved",
            for: ["tenant-admin", "tenant-viewer", "runtime", "auditor"]
        ),
        Row(
            .post,
            line + "/explain",
            ["capability": "payments.charge"],
            for: ["tenant-admin", "tenant-viewer", "runtime", "auditor"]
        ),
        Row(.post, "/v1/apply", ["objects": []], for: ["tenant-admin"]),
        Row(.post, line + "/simulate", ["changes": [], "calls": []], for: ["tenant-admin"]),
        Row(
            .post,
            line + "/capabilities/payments.charge/execute?dryRun=true",
            ["workflow": "checkout"],
            for: ["tenant-admin", "runtime"]
        ),
        Row(
            .post,
            "/access/v1/evaluation",
            Access.question(),
            for: ["tenant-admin", "runtime"]
        ),
        Row(
            .post,
            "/access/v1/search/subject",
            Access.question(),
            for: ["tenant-admin", "runtime"]
        ),
        Row(.get, tenant + "/policies", for: tenantReaders),
        Row(.put, tenant + "/policies/p1", ["effect": "forbid"], for: ["tenant-admin"]),
        Row(.get, tenant + "/entities", for: tenantReaders),
        Row(.put, tenant + "/entities/user/alice", ["attributes": [:]], for: ["tenant-admin"]),
        Row(.delete, tenant + "/entities/user/alice", for: ["tenant-admin"]),
        Row(
            .put,
            tenant + "/approval-policy",
            ["environments": ["staging": ["required": 1]]],
            for: ["tenant-admin"]
        ),
        Row(
            .get,
            tenant + "/approval-policy",
            for: ["tenant-admin", "tenant-viewer", "auditor"]
        ),
        Row(
            .get,
            tenant + "/change-requests",
            for: ["tenant-admin", "tenant-viewer", "auditor"]
        ),
        Row(
            .post,
            tenant + "/change-requests?dryRun=true",
            ["blueprint": "invoice-app", "environment": "sandbox", "version": 2, "title": "t"],
            for: ["tenant-admin"]
        ),
        Row(.get, tenant + "/webhooks", for: tenantReaders),
        Row(.get, tenant + "/webhooks/hook/deliveries", for: tenantReaders),
        Row(
            .put,
            tenant + "/webhooks/ops",
            ["url": "https://alerts.example/hook"],
            for: ["tenant-admin"]
        ),
        Row(.post, tenant + "/webhooks/hook/rotate-secret", for: ["tenant-admin"]),
        Row(.post, tenant + "/webhooks/hook/test", for: ["tenant-admin"]),
        Row(.delete, tenant + "/webhooks/hook", for: ["tenant-admin"]),
        Row(.get, tenant + "/secrets", for: ["tenant-admin"]),
        Row(.put, tenant + "/secrets/stripe", ["value": "v"], for: ["tenant-admin"]),
        Row(.get, tenant + "/secrets/stripe", for: ["tenant-admin"]),
        Row(.delete, tenant + "/secrets/stripe?dryRun=true", for: ["tenant-admin"]),
        Row(.post, "/v1/secrets/rotate-key", for: []),
        Row(.get, tenant + "/keys", for: ["tenant-admin"]),
        Row(.post, tenant + "/keys", SampleObjects.key, for: ["tenant-admin"]),
        Row(.get, tenant + "/audit", for: ["tenant-admin", "tenant-viewer", "auditor"]),
        Row(.get, tenant + "/audit/export", for: ["tenant-admin", "auditor"]),
        Row(.get, "/v1/audit", for: []),
        Row(.get, "/v1/audit/verify", for: ["auditor"]),
        Row(.get, "/v1/events", for: ["tenant-admin", "auditor"]),
        Row(.get, "/v1/events?tenant=acme-corp", for: ["tenant-admin", "auditor"]),
        Row(.get, "/v1/export", for: ["tenant-admin", "auditor"]),
        Row(.get, "/v1/export?tenant=acme-corp", for: ["tenant-admin", "auditor"]),
    ]

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        var next = SampleObjects.blueprint.object ?? [:]
        next["meta"] = ["name": "invoice-app", "version": 2]
        let blueprints = "/v1/specs/blueprints/invoice-app/versions"
        try await api.must(.put, blueprints + "/2", .object(next))
        for id in ["conn", "spare"] {
            try await api.must(
                .post,
                Self.tenant + "/connections",
                SampleObjects.connection(id)
            )
        }
        try await api.must(.put, Self.tenant + "/secrets/stripe", ["value": "v"])
        let hook: JSONValue = ["url": "https://alerts.example/hook"]
        try await api.must(.put, Self.tenant + "/webhooks/hook", hook)
        let approvals: JSONValue = ["environments": [:]]
        try await api.must(.put, Self.tenant + "/approval-policy", approvals)
        try await api.must(.post, Self.line + "/versions", SampleObjects.config("conn"))
        try await api.must(.post, Self.line + "/versions/1/publish")
        try await api.must(.post, Self.line + "/versions", SampleObjects.config("conn"))
        return api
    }

    private func send(_ api: TestAPI, _ row: Row, _ key: String) async throws -> TestAnswer {
        guard let body = row.body else {
            return try await api.send(row.method, row.target, key: key)
        }
        return try await api.send(row.method, row.target, body, key: key)
    }

    @Test(arguments: ["tenant-admin", "tenant-viewer", "runtime", "auditor"])
    func `a role may do what its row says, and is told 403 for the rest`(
        _ role: String
    )
        async throws
    {
        let api = try await api()
        let key = try await api.key(role)
        for row in Self.rows {
            let answer = try await send(api, row, key)
            if row.roles.contains(role) {
                #expect(answer.status < 400, "\(row): \(answer)")
            } else {
                #expect(answer.status == 403, "\(row): \(answer)")
                #expect(answer.code == "FORBIDDEN", "\(row)")
            }
        }
    }

    @Test func `the platform's admin may do all of it, the platform's auditor only reads`()
        async throws
    {
        let api = try await api()
        let admin = try await api.key("platform-admin", tenant: nil)
        for row in Self.rows where row.method == .get {
            #expect(try await send(api, row, admin).status == 200, "\(row)")
        }
        let auditor = try await api.key("auditor", tenant: nil)
        for row in Self.rows where row.method != .get && !row.target.hasSuffix("/explain") {
            #expect(try await send(api, row, auditor).status == 403, "\(row)")
        }
    }

    @Test func `a tenant's key is never platform-admin`() async throws {
        let api = try await api()
        let body: JSONValue = ["roles": ["platform-admin"]]
        let answer = try await api.send(.post, Self.tenant + "/keys", body)
        #expect(answer.status == 422)
    }

    @Test func `a key acts in its environments only, and in none when it names none`()
        async throws
    {
        let api = try await api()
        for (environments, isIn) in [(["sandbox"], true), (["production"], false), ([], false)] {
            let key = try await api.key(
                "tenant-admin",
                environments: environments.map { .string($0) }
            )
            let answer = try await api.send(.get, Self.line + "/resolved", key: key)
            #expect((answer.status == 200) == isIn)
            #expect(isIn || answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        }
    }

    @Test func `a runtime asks as its own workflows only`() async throws {
        let api = try await api()
        let key = try await api.key("runtime", workflows: ["check*"])
        func ask(_ workflow: String?) async throws -> TestAnswer {
            var body: JSONObject = ["capability": "payments.charge"]
            body["workflow"] = workflow.map { .string($0) }
            return try await api.send(.post, Self.line + "/explain", .object(body), key: key)
        }
        #expect(try await ask("checkout").status == 200)
        for workflow in ["newsletter", nil] {
            let answer = try await ask(workflow)
            #expect(answer.status == 403)
            #expect(answer.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        }
    }
}
