import Commands
import HTTPWire
import JSON
import Testing

@testable import API

/// A tenant plants marks in everything that it has; no answer to another tenant's key has one of
/// them.
@Suite struct TenantLeakTests {
    private static let mark = "zq7"
    private static let own = "/v1/tenants/other-corp"
    private static let foreign = "/v1/tenants/acme-corp"

    /// A world of two tenants, of which acme-corp's objects all bear marks.
    private func api() async throws -> TestAPI {
        let api = try await TestAPI { settings in
            settings.decisions.extent = .all
            settings.decisions.whenBusy = .wait
        }
        try await api.putSpecs()
        for tenant in ["acme-corp", "other-corp"] {
            try await api.putTenant(tenant)
            try await api.must(.delete, "/v1/tenants/\(tenant)/policies/no-agents")
        }
        var connection = SampleObjects.connection("zq7-conn").object ?? [:]
        let marked: [(String, JSONValue)] = [
            ("description", JSONValue.string("zq7-text")), ("tags", ["zq7-tag"]),
            ("metadata", ["zq7-key": "x"]), ("config", ["accountId": "zq7-account"]),
        ]
        for (name, value) in marked { connection[name] = value }
        try await api.must(.post, Self.foreign + "/connections", .object(connection))
        var config = SampleObjects.config("zq7-conn").object ?? [:]
        config["notes"] = "zq7-notes"
        config["integrations"] = [
            [
                "slotId": "payments.primary", "connectionId": "zq7-conn",
                "scope": ["workflows": ["zq7-flow", "checkout"]],
                "description": "zq7-binding",
            ]
        ]
        let line = Self.foreign + "/configs/invoice-app/sandbox/versions"
        let made = try await api.must(.post, line, .object(config))
        let number = made.json["meta"]?["version"]?.integer ?? 0
        try await api.must(.post, "\(line)/\(number)/publish", ["changeSummary": "zq7-why"])
        try await api.must(
            .post,
            Self.foreign + "/policies",
            ["id": "zq7-rule", "effect": "forbid", "match": ["workflows": ["zq7-agent"]]]
        )
        try await api.must(
            .put,
            Self.foreign + "/entities/user/zq7-user",
            ["attributes": ["team": "zq7-team"]]
        )
        try await api.must(
            .post,
            Self.foreign + "/keys",
            ["name": "zq7-key", "roles": ["auditor"]]
        )
        // A platform's rule that both tenants are under, and may not know by name.
        try await api.must(
            .post,
            "/v1/policies",
            ["id": "zq7-platform", "effect": "forbid", "match": ["workflows": ["agent-*"]]]
        )
        let runtime = try await api.key("runtime")
        let question = Access.question(Access.workflow("zq7-flow"))
        _ = try await api.evaluate(question, key: runtime)
        return api
    }

    private func path(_ route: Route, under tenant: String) -> String {
        let values = [
            "blueprint": "invoice-app", "env": "sandbox", "n": "1", "a": "1", "b": "2",
            "capability": "payments.charge", "id": "conn", "type": "user", "workflow": "checkout",
            "operation": "payments.test.charge", "key": "payments.test", "name": "invoice-app",
            "version": "1", "tenant": tenant,
        ]
        return route.path.segments
            .map { segment in
                switch segment {
                case .literal(let text): "/\(text)"
                case .parameter(let name): "/\(values[name] ?? name)"
                }
            }
            .joined()
    }

    private func expectNoMark(_ answer: TestAnswer, _ what: String) {
        #expect(!answer.text.contains(Self.mark), "\(what): \(answer)")
        for header in answer.headers {
            #expect(!header.value.contains(Self.mark), "\(what): \(header)")
        }
    }

    @Test(arguments: ["tenant-admin", "tenant-viewer", "runtime", "auditor"])
    func `no route tells a mark, by one's own paths or the other's`(_ role: String) async throws {
        let api = try await api()
        let key = try await api.key(role, tenant: "other-corp")
        for route in Routes.all {
            let dry = route.isWrite ? "?dryRun=true" : ""
            for tenant in ["acme-corp", "other-corp"] {
                let target = path(route, under: tenant) + dry
                for body in [nil, [:], ["workflow": "agent-1", "capability": "payments.charge"]]
                    as [JSONValue?]
                {
                    let answer =
                        if let body {
                            try await api.send(route.method, target, body, key: key)
                        } else {
                            try await api.send(route.method, target, key: key)
                        }
                    expectNoMark(answer, "\(role) \(route.name)")
                }
            }
            guard route.query.contains("tenant") else { continue }
            let named = path(route, under: "other-corp") + "?tenant=acme-corp"
            expectNoMark(try await api.send(route.method, named, key: key), "\(route.name)")
        }
    }

    @Test func `events and exports of one tenant have nothing of the other`() async throws {
        let api = try await api()
        let key = try await api.key("tenant-admin", tenant: "other-corp")
        for target in ["/v1/events?from=0", "/v1/events?from=0&tenant=other-corp"] {
            let stream = try await api.open(target, key: key)
            try await stream.wait { $0.events.count >= 3 }
            #expect(!String(decoding: stream.bytes, as: UTF8.self).contains(Self.mark))
            await stream.leave()
        }
        let export = try await api.open("/v1/export", key: key)
        try await export.wait { $0.isWhole }
        #expect(!String(decoding: export.bytes, as: UTF8.self).contains(Self.mark))
    }

    @Test func `searches and explained evaluations find nothing of the other`() async throws {
        let api = try await api()
        for role in ["tenant-admin", "runtime"] {
            let key = try await api.key(role, tenant: "other-corp")
            let subjects: [JSONValue] = [
                Access.workflow("checkout", tenant: "acme-corp"),
                Access.workflow("checkout", tenant: "other-corp"),
                ["type": "user", "id": "x", "properties": ["tenantId": "acme-corp"]],
                ["type": "user", "properties": ["tenantId": "acme-corp"]],
                ["type": "workflow", "properties": ["tenantId": "acme-corp"]],
                ["type": "workflow"], ["type": "user"],
            ]
            for subject in subjects {
                let question: JSONValue = [
                    "subject": subject, "action": ["name": "payments.test.charge"],
                    "resource": ["type": "connection", "id": "conn"],
                    "context": ["explain": true],
                ]
                for target in ["evaluation", "search/subject", "search/resource", "search/action"] {
                    let answer = try await api.send(
                        .post,
                        "/access/v1/\(target)",
                        question,
                        key: key
                    )
                    expectNoMark(answer, "\(role) \(target)")
                }
            }
        }
    }

    @Test func `cursors, tags and idempotency keys of the other are worth nothing`() async throws {
        let api = try await api()
        let admin = try await api.key("tenant-admin")
        let other = try await api.key("tenant-admin", tenant: "other-corp")
        let first = try await api.send(.get, Self.foreign + "/connections?limit=1", key: admin)
        let cursor = try #require(first.json["nextCursor"]?.string)
        let paged = try await api.send(
            .get,
            Self.own + "/connections?cursor=\(cursor)",
            key: other
        )
        expectNoMark(paged, "cursor")
        let tag = try await api.send(.get, Self.foreign + "/connections/conn", key: admin)["ETag"]
        let matched = try await api.send(
            .get,
            Self.foreign + "/connections/conn",
            headers: [HTTPField("If-None-Match", tag ?? "")],
            key: other
        )
        #expect(matched.status == 404)
        let idempotency = HTTPField("Idempotency-Key", "the-same-for-both")
        for (tenant, key, id) in [
            (Self.foreign, admin, "zq7-new"), (Self.own, other, "new"),
        ] {
            let answer = try await api.send(
                .post,
                tenant + "/connections",
                SampleObjects.connection(id),
                headers: [idempotency],
                key: key
            )
            #expect(answer.status == 201)
            #expect(answer["Idempotency-Replayed"] == nil)
        }
    }

    @Test func `what names the other's objects is refused as if they were not there`() async throws
    {
        let api = try await api()
        let key = try await api.key("tenant-admin", tenant: "other-corp")
        let line = Self.own + "/configs/invoice-app/sandbox"
        for id in ["zq7-conn", "no-such-conn"] {
            let made = try await api.send(
                .post,
                line + "/versions",
                SampleObjects.config(id),
                key: key
            )
            let number = made.json["meta"]?["version"]?.integer ?? 0
            let report = try await api.send(
                .post,
                "\(line)/versions/\(number)/validate",
                [:],
                key: key
            )
            let codes = report.json["errors"]?.array?.map { $0["code"] } ?? []
            #expect(codes.contains("MISSING_INTEGRATION_CONNECTION"), "\(id) \(report)")
            let promoted = try await api.send(
                .post,
                line + "/promote",
                ["to": "staging", "connections": ["conn": .string(id)]],
                key: key
            )
            // A draft may name what is not there; its report says so, of both alike.
            #expect(promoted.status == 201)
            #expect(!promoted.text.contains("zq7-text"))
        }
        let set: JSONValue = [
            "objects": [
                [
                    "kind": "IntegrationConnection", "tenantId": "acme-corp",
                    "object": SampleObjects.connection("conn"),
                ]
            ]
        ]
        let applied = try await api.send(.post, "/v1/apply", set, key: key)
        #expect(applied.status == 404)
        expectNoMark(applied, "apply")
    }

    @Test func `a domain that is another's is told of without its owner`() async throws {
        let api = try await api()
        func config(_ tenant: String) -> JSONValue {
            var config = SampleObjects.config("conn").object ?? [:]
            config["branding"] = ["customDomain": "pay.example.com"]
            return .object(config)
        }
        let key = try await api.key("tenant-admin", tenant: "other-corp")
        let line = "/configs/invoice-app/sandbox/versions"
        let theirs = try await api.must(.post, Self.foreign + line, config("acme-corp"))
        let number = theirs.json["meta"]?["version"]?.integer ?? 0
        try await api.must(.post, Self.foreign + line + "/\(number)/publish")
        let mine = try await api.send(.post, Self.own + line, config("other-corp"), key: key)
        let own = mine.json["meta"]?["version"]?.integer ?? 0
        let report = try await api.send(
            .post,
            Self.own + line + "/\(own)/validate",
            [:],
            key: key
        )
        let codes = report.json["errors"]?.array?.map { $0["code"]?.string } ?? []
        #expect(codes.contains("DUPLICATE_DOMAIN"), "\(report)")
        #expect(!report.text.contains("acme-corp"))
    }

    @Test func `metrics name no tenant, and only the platform reads them`() async throws {
        let api = try await api()
        for role in ["tenant-admin", "tenant-viewer", "runtime", "auditor"] {
            let key = try await api.key(role, tenant: "other-corp")
            #expect(try await api.send(.get, "/metrics", key: key).status == 403)
        }
        let text = try await api.must(.get, "/metrics").text
        for word in [Self.mark, "acme-corp", "other-corp"] { #expect(!text.contains(word)) }
    }
}
