import HTTPWire
import JSON
import Testing

@testable import API
@testable import Commands

/// What a tenant is answered holds nothing of another one, and of the platform's rules no name.
@Suite struct LeakTests {
    private static let roles = ["tenant-admin", "tenant-viewer", "runtime", "auditor"]

    private func check(
        _ world: LeakWorld,
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue? = nil,
        headers: [HTTPField] = [],
        as role: String = "tenant-admin"
    ) async throws -> TestAnswer {
        let key = try #require(world.keys[role])
        let text = body.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? ""
        let said = "\(target) \(text) \(headers)"
        var answer: TestAnswer
        if let body {
            answer = try await world.api.send(method, target, body, headers: headers, key: key)
        } else {
            answer = try await world.api.send(method, target, headers: headers, key: key)
        }
        #expect(world.leaks(answer, to: said) == [], "\(role): \(method) \(target): \(answer)")
        return answer
    }

    @Test(arguments: roles)
    func `no route tells of another tenant, with whatever a client may send`(
        _ role: String
    )
        async throws
    {
        let world = try await LeakWorld()
        let victim = try #require(world.keys["victim"])
        let connections = "/v1/tenants/\(LeakWorld.victim)/connections"
        let first = try await world.api.send(.get, connections + "/zqx-conn", key: victim)
        let tag = try #require(first["ETag"])
        let headers: [[HTTPField]] = [
            [], [HTTPField("If-Match", tag)], [HTTPField("If-None-Match", tag)],
            [HTTPField("Idempotency-Key", "shared")],
        ]
        for route in Routes.all {
            for tenant in [LeakWorld.own, LeakWorld.victim] {
                let maker = RequestMaker(
                    tenant: tenant,
                    environment: "sandbox",
                    given: RequestMaker.Given(
                        keys: ["sandbox": world.marks[1]],
                        platformKeys: ["sandbox": world.marks.last ?? ""],
                        audit: ["sandbox": world.marks[2]],
                        deliveries: ["sandbox": "msg_of_another"],
                        changeRequests: [
                            "sandbox/Draft": "cr_of_another", "sandbox/InReview": "cr_of_another",
                            "sandbox/Approved": "cr_of_another",
                        ]
                    )
                )
                var request = try maker.request(route)
                if case .page = route.answer {
                    // The place in a list that the other tenant's ends at.
                    let cursor = PageRequest.cursor(after: "zqx-con")
                    request = RequestMaker.Request(
                        method: request.method,
                        path: request.path,
                        query: request.query + "&cursor=\(cursor)",
                        body: request.body
                    )
                }
                for headers in headers {
                    _ = try await check(
                        world,
                        request.method,
                        request.target,
                        request.body,
                        headers: headers,
                        as: role
                    )
                }
            }
        }
    }

    /// What is looked for is found where it may be seen.
    @Test func `the marked tenant and the platform see their marks`() async throws {
        let world = try await LeakWorld()
        let victim = "/v1/tenants/\(LeakWorld.victim)"
        for path in [
            "/connections", "/configs/invoice-app/sandbox/versions", "/policies", "/audit",
        ] {
            let answer = try await world.api.send(.get, victim + path, key: world.keys["victim"])
            #expect(world.leaks(answer, to: "") != [], "\(path)")
        }
        for path in ["/v1/policies", "/v1/tenants", "/v1/keys"] {
            #expect(world.leaks(try await world.api.must(.get, path), to: "") != [], "\(path)")
        }
        // What the request says is not counted, and what stands beside it is.
        let answer = try await world.api.must(.get, "\(victim)/connections/zqx-conn")
        #expect(world.leaks(answer, to: "zqx-conn zqx-corp") == [LeakWorld.mark])
    }

    /// The same for an object of the other tenant that a body names: it is one that does not exist.
    @Test func `a body that names another tenant's object is answered as if it did not exist`()
        async throws
    {
        let world = try await LeakWorld()
        let path = "/v1/tenants/\(LeakWorld.own)"
        let line = "\(path)/\(LeakWorld.line)"
        func object(_ id: String, _ tenant: String) -> [(HTTPMethod, String, JSONValue)] {
            var domain = SampleObjects.config(id).object ?? [:]
            domain["branding"] = ["customDomain": .string("free-\(id).example.com")]
            let wished: JSONValue = .object(domain)
            let member: JSONValue = [
                "kind": "IntegrationConnection", "tenantId": .string(tenant),
                "object": SampleObjects.connection(id),
            ]
            let configMember: JSONValue = ["kind": "TenantAppConfig", "object": wished]
            return [
                (.post, "\(line)/versions?dryRun=true", wished),
                (.put, "\(line)/versions/2", wished), (.post, "\(line)/versions/2/validate", [:]),
                (.post, "\(line)/versions/2/publish", [:]),
                (
                    .post, "\(line)/promote",
                    ["to": "staging", "connections": ["conn": .string(id)]]
                ),
                (.post, "/v1/apply?dryRun=true", ["objects": [member]]),
                (.post, "/v1/apply", ["objects": [configMember]]),
                (
                    .post, "\(line)/simulate",
                    ["changes": [member], "calls": [["capability": "payments.charge"]]]
                ),
                (.post, "\(path)/keys", ["roles": ["runtime"], "tenantId": .string(tenant)]),
                (
                    .put, "\(path)/policies/own?dryRun=true",
                    ["effect": "forbid", "match": ["connections": [.string(id)]]]
                ),
            ]
        }
        let theirs = object("zqx-conn", LeakWorld.victim)
        let nobodys = object("abc-conn", "abc-corp")
        for (one, other) in zip(theirs, nobodys) {
            var forms: [String] = []
            for (method, target, body) in [one, other] {
                let answer = try await check(world, method, target, body)
                forms.append(
                    "\(answer.status) "
                        + answer.text.replacing("zqx", with: "abc")
                        .replacing(/"(requestId|decisionId|updatedAt|createdAt)":"[^"]*"/, with: "")
                        .replacing(/"revision":[0-9]+/, with: "").replacing(/@[0-9]+/, with: "")
                        .replacing(/"version":[0-9]+/, with: "")
                )
            }
            #expect(forms[0] == forms[1], "\(one)")
        }
    }

    @Test func `a domain that is taken is taken, and nobody says by whom`() async throws {
        let world = try await LeakWorld()
        let line = "/v1/tenants/\(LeakWorld.own)/\(LeakWorld.line)"
        var config = SampleObjects.config("conn").object ?? [:]
        config["branding"] = ["customDomain": "pay.example.com"]
        _ = try await check(world, .put, "\(line)/versions/2", .object(config))
        let report = try await check(world, .post, "\(line)/versions/2/validate", [:])
        #expect(report.text.contains("DUPLICATE_DOMAIN"))
        let publish = try await check(world, .post, "\(line)/versions/2/publish", [:])
        #expect(publish.code == "VALIDATION_FAILED")
        let member: JSONValue = ["kind": "TenantAppConfig", "object": .object(config)]
        let applied = try await check(world, .post, "/v1/apply", ["objects": [member]])
        #expect(applied.status == 422)
    }

    @Test func `an idempotency key replays nothing of somebody else`() async throws {
        let world = try await LeakWorld()
        let victim = try #require(world.keys["victim"])
        let once = [HTTPField("Idempotency-Key", "the-same")]
        let requests: [(String, JSONValue)] = [
            (
                "/v1/tenants/\(LeakWorld.victim)/policies",
                ["id": "zqx-second", "effect": "forbid", "enabled": false]
            ), ("/v1/apply", ["objects": []]),
        ]
        for (target, body) in requests {
            let first = try await world.api.send(.post, target, body, headers: once, key: victim)
            #expect(first.status < 300, "\(first)")
            let again = try await world.api.send(.post, target, body, headers: once, key: victim)
            #expect(again["Idempotency-Replayed"] == "true")
            for role in Self.roles {
                let answer = try await check(
                    world,
                    .post,
                    target,
                    body,
                    headers: once,
                    as: role
                )
                #expect(answer["Idempotency-Replayed"] == nil, "\(role) \(target)")
            }
        }
    }

    @Test func `what was answered to one is remembered for nobody else`() async throws {
        let world = try await LeakWorld()
        let victim = try #require(world.keys["victim"])
        let target = "/v1/tenants/\(LeakWorld.victim)/\(LeakWorld.line)/resolved?workflow=checkout"
        for _ in 0..<3 {
            let theirs = try await world.api.send(.get, target, key: victim)
            #expect(theirs.status == 200)
            #expect(theirs.text.contains("zqx-conn"))
            for role in Self.roles {
                #expect(try await check(world, .get, target, as: role).status == 404)
            }
        }
    }

    @Test(arguments: ["tenant-admin", "auditor"])
    func `a stream and an export hold nothing of another tenant`(_ role: String) async throws {
        let world = try await LeakWorld()
        let key = try #require(world.keys[role])
        for target in ["/v1/events?from=0", "/v1/events?from=0&tenant=acme-corp", "/v1/export"] {
            let stream = try await world.api.open(target, key: key)
            try await world.api.must(
                .put,
                "/v1/tenants/\(LeakWorld.victim)/policies/zqx-later",
                ["effect": "forbid", "description": .string(target)]
            )
            try await world.api.must(.put, "/v1/policies/zqx-later", ["effect": "forbid"])
            try await world.api.must(.delete, "/v1/policies/zqx-later")
            let end = "end-\(Int.random(in: 0..<1_000_000_000))"
            let path = "/v1/tenants/\(LeakWorld.own)/policies/\(end)"
            try await world.api.must(.put, path, ["effect": "forbid", "enabled": false])
            try await stream.wait { $0.isWhole || $0.text.contains(end) }
            await stream.leave()
            #expect(stream.text.contains("conn"))
            #expect(world.leaks(stream.text, to: target) == [], "\(target): \(stream.text)")
        }
    }

    /// Of the platform's rules a tenant learns that there is one, and its effect.
    @Test(arguments: ["tenant-admin", "runtime"])
    func `a denial by the platform's rule names no rule`(_ role: String) async throws {
        let world = try await LeakWorld()
        let path = "/v1/tenants/\(LeakWorld.own)"
        let line = "\(path)/\(LeakWorld.line)"
        let blocked = Access.workflow("blocked")
        var allowing = SampleObjects.config("conn").object ?? [:]
        allowing["integrations"] = [["slotId": "payments.primary", "connectionId": "conn"]]
        try await world.api.must(.put, "\(line)/versions/2", .object(allowing))
        try await world.api.must(.post, "\(line)/versions/2/publish")
        var document = Access.entity("document", "d1").object ?? [:]
        document["properties"] = ["secret": "none"]
        let subjects: [(JSONValue, JSONValue, String)] = [
            (blocked, Access.entity("connection", "conn"), "payments.test.charge"),
            (blocked, Access.entity("slot", "payments.primary"), "payments.test.charge"),
            (Access.entity("user", "alice"), .object(document), "read"),
            (Access.entity("user", "alice"), Access.entity("document", "d2"), "read"),
        ]
        for (subject, resource, action) in subjects {
            let question = Access.question(subject, action, resource, context: ["explain": true])
            let answer = try await check(world, .post, TestAPI.evaluation, question, as: role)
            #expect(answer.json["decision"] == false, "\(answer)")
            let batch: JSONValue = ["evaluations": [question, question]]
            _ = try await check(world, .post, TestAPI.evaluations, batch, as: role)
            for sought in ["subject", "resource", "action"] {
                _ = try await check(world, .post, "/access/v1/search/\(sought)", question, as: role)
            }
        }
        let explained = try await check(
            world,
            .post,
            "\(line)/explain",
            ["capability": "payments.charge", "workflow": "blocked"],
            as: role
        )
        #expect(explained.text.contains("FORBIDDEN_BY_POLICY"), "\(explained)")
        #expect(explained.text.contains("\"platform\""), "\(explained)")
        for query in ["", "?dryRun=true"] {
            let refused = try await check(
                world,
                .post,
                "\(line)/capabilities/payments.charge/execute\(query)",
                ["workflow": "blocked"],
                as: role
            )
            #expect(refused.code == "NOT_PERMITTED", "\(refused)")
        }
        _ = try await check(world, .get, "\(line)/resolved?workflow=blocked", as: role)
        _ = try await check(world, .get, "\(line)/resolved", as: role)
        // What was decided is in the trail, whose reader is told no more.
        for reader in ["tenant-admin", "tenant-viewer", "auditor"] {
            let trail = try await check(world, .get, "\(path)/audit?limit=500", as: reader)
            #expect(trail.text.contains("NOT_PERMITTED") || trail.text.contains("payments.charge"))
        }
    }

    /// A tenant's own rule tells its effect and runs its tests under the platform's rules.
    @Test func `a rule's tests and effect name no rule of the platform`() async throws {
        let world = try await LeakWorld()
        let path = "/v1/tenants/\(LeakWorld.own)"
        let given: JSONValue = [
            "subjects": [
                [
                    "type": "workflow", "id": "blocked",
                    "properties": ["blueprint": "invoice-app", "environment": "sandbox"],
                ], ["type": "user", "id": "alice"],
            ], "actions": ["payments.test.charge"],
            "resources": [["type": "slot", "id": "payments.primary"]],
        ]
        let expected: [JSONValue] = ["blocked", "alice"]
            .map {
                [
                    "subject": .string($0), "action": "payments.test.charge",
                    "resource": "payments.primary",
                ]
            }
        let rule: JSONValue = [
            "effect": "forbid", "match": ["workflows": ["nobody"]],
            "tests": [["name": "t", "given": given, "expected": .array(expected)]],
        ]
        let tested = try await check(world, .put, "\(path)/policies/own", rule)
        #expect(tested.code == "POLICY_TEST_FAILED", "\(tested)")
        for workflow in ["blocked", "checkout"] {
            let rule: JSONValue = ["effect": "forbid", "match": ["workflows": [.string(workflow)]]]
            let target = "\(path)/policies/own?dryRun=true"
            #expect(try await check(world, .put, target, rule).status < 300)
        }
    }

    @Test func `the metrics are the platform's`() async throws {
        let world = try await LeakWorld()
        for role in Self.roles {
            #expect(try await check(world, .get, "/metrics", as: role).status == 403)
        }
        let auditor = try await world.api.key("auditor", tenant: nil)
        #expect(try await world.api.send(.get, "/metrics", key: auditor).status == 403)
        // Nor do they name a tenant to the operator's monitoring, which others may read.
        let text = try await world.api.must(.get, "/metrics").text
        #expect(!text.contains(LeakWorld.mark))
        #expect(!text.contains(LeakWorld.own))
    }

    /// Who tries another tenant's path is written into its own trail, not into that of the tenant.
    @Test func `a try at another tenant is told to who tried, not to whom`() async throws {
        let world = try await LeakWorld()
        let victim = try #require(world.keys["victim"])
        let own = "/v1/tenants/\(LeakWorld.own)"
        for _ in 0..<3 { _ = try await world.api.send(.get, "\(own)/connections", key: victim) }
        let trail = "/v1/tenants/\(LeakWorld.victim)/audit?limit=500&outcome=denied"
        for _ in 0..<500 {
            let records = try await world.api.must(.get, trail)
            if records.text.contains("GET /v1/tenants/{tenant}/connections") { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let records = try await world.api.must(.get, trail)
        #expect(records.text.contains("GET /v1/tenants/{tenant}/connections"))
        #expect(!records.text.contains(LeakWorld.own))
        _ = try await check(world, .get, "\(own)/audit?limit=500")
    }
}
