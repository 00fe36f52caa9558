import Commands
import HTTPWire
import JSON
import Model
import Platform
import Testing
import Waiting

/// Answers that are remembered: nobody may notice it but by the clock.
@Suite struct AnswerMemoTests {
    private static let line = "/v1/tenants/acme-corp/configs/invoice-app/sandbox"
    private static let resolved = line + "/resolved?workflow=checkout"
    private static let explain = line + "/explain"
    private static let question: JSONValue = [
        "capability": "payments.charge", "workflow": "checkout",
    ]

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        // It forbids everything.
        let policy = "/v1/tenants/acme-corp/policies/no-agents"
        #expect(try await api.send(.delete, policy).status == 204)
        return api
    }

    @Test func `an answer given again differs in its id alone`() async throws {
        let api = try await api()
        let key = try await api.key("runtime")
        for ask in [
            { try await api.send(.get, Self.resolved, key: key) },
            { try await api.send(.post, Self.explain, Self.question, key: key) },
        ] {
            let answers = [try await ask(), try await ask(), try await ask()]
            #expect(answers.map(\.status) == [200, 200, 200])
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(Set(answers.map { $0["X-Request-ID"] }).count == 3)
            let others = answers.map { answer in
                answer.headers.filter { $0.name != "X-Request-ID" }
                    .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            }
            #expect(others[0] == others[1])
            #expect(others[0] == others[2])
        }
    }

    @Test func `the request's own id is echoed, whether the answer is new or not`() async throws {
        let api = try await api()
        for id in ["first", "second", "first"] {
            let headers = [
                HTTPField(
                    "traceparent",
                    "00-\(String(repeating: "a", count: 32))-00f067aa0ba902b7-01"
                ),
                HTTPField("X-Request-ID", id),
            ]
            let answer = try await api.send(.get, Self.resolved, headers: headers)
            #expect(answer["X-Request-ID"] == id)
            #expect(answer.headers.count { $0.name == "X-Request-ID" } == 1)
        }
        let hostile = [HTTPField("X-Request-ID", "two words")]
        let answer = try await api.send(.get, Self.resolved, headers: hostile)
        #expect(answer["X-Request-ID"] != "two words")
    }

    @Test func `every change is seen at once`() async throws {
        let api = try await api()
        let before = try await api.send(.get, Self.resolved)
        #expect(before.json["integrations"]?["payments.charge"]?["connection"] != nil)
        try await api.must(.post, "/v1/tenants/acme-corp/connections/conn/pause")
        let paused = try await api.send(.get, Self.resolved)
        #expect(paused.json["integrations"]?["payments.charge"] == nil)
        #expect(paused["Bindery-Revision"] != before["Bindery-Revision"])
        let explained = try await api.send(.post, Self.explain, Self.question)
        #expect(explained.json["winner"] == .null)
        try await api.must(.post, "/v1/tenants/acme-corp/connections/conn/resume")
        let resumed = try await api.send(.post, Self.explain, Self.question)
        #expect(resumed.json["winner"]?["connectionId"] == "conn")
    }

    @Test func `a change of another tenant moves the revision that is told`() async throws {
        let api = try await api()
        let before = try await api.send(.get, Self.resolved)
        try await api.putTenant("other")
        let after = try await api.send(.get, Self.resolved)
        #expect(after.status == 200)
        #expect(after["Bindery-Revision"] != before["Bindery-Revision"])
        #expect(after.json["revision"] != before.json["revision"])
    }

    @Test func `a revoked key is refused at once`() async throws {
        let api = try await api()
        let key = try await api.key("runtime")
        let keys = try await api.send(.get, "/v1/tenants/acme-corp/keys")
        let id = try #require(keys.json["items"]?.array?.first?["id"]?.string)
        #expect(try await api.send(.get, Self.resolved, key: key).status == 200)
        #expect(try await api.send(.get, Self.resolved, key: key).status == 200)
        try await api.must(.delete, "/v1/tenants/acme-corp/keys/\(id)")
        #expect(try await api.send(.get, Self.resolved, key: key).status == 401)
    }

    @Test func `a key that expires is refused though nothing changed`() async throws {
        let api = try await api()
        let expiry = Timestamp(milliseconds: WallClock.milliseconds() + 1500)
        let made = try await api.must(
            .post,
            "/v1/tenants/acme-corp/keys",
            [
                "roles": ["runtime"], "environments": ["*"], "workflows": ["*"],
                "expiresAt": .string(expiry.text),
            ]
        )
        let key = try #require(made.json["key"]?.string)
        var answer = try await api.send(.get, Self.resolved, key: key)
        #expect(answer.status == 200)
        let deadline = Deadline("the end of the key")
        while answer.status == 200 {
            try await deadline.pause(.milliseconds(50))
            answer = try await api.send(.get, Self.resolved, key: key)
        }
        #expect(answer.status == 401)
        #expect(WallClock.milliseconds() >= expiry.milliseconds)
    }

    @Test func `who may not ask is refused after somebody else was answered`() async throws {
        let api = try await api()
        let good = try await api.key("runtime")
        let bad = try await api.key("runtime", workflows: ["renewal-*"])
        let foreign = try await api.key("tenant-admin", tenant: "other")
        for _ in 0..<2 {
            #expect(try await api.send(.get, Self.resolved, key: good).status == 200)
            #expect(try await api.send(.get, Self.resolved, key: bad).status == 403)
            #expect(try await api.send(.get, Self.resolved, key: foreign).status == 404)
            #expect(try await api.send(.get, Self.resolved, key: nil).status == 401)
            #expect(try await api.send(.get, Self.resolved, key: "\(good)0").status == 401)
        }
    }

    @Test func `what else a request says is heard`() async throws {
        let api = try await api()
        #expect(try await api.send(.get, Self.resolved).status == 200)
        let mismatch = [HTTPField("Bindery-Workflow", "another")]
        #expect(try await api.send(.get, Self.resolved, headers: mismatch).status == 422)
        #expect(try await api.send(.get, Self.resolved + "&x=1").status == 400)
        let future = [HTTPField("Bindery-Min-Revision", "x")]
        #expect(try await api.send(.get, Self.resolved, headers: future).status == 400)
        let other: JSONValue = ["capability": "payments.charge", "workflow": "unheard-of"]
        let known = try await api.send(.post, Self.explain, Self.question)
        let unknown = try await api.send(.post, Self.explain, other)
        #expect(known.json["allowed"] == true)
        #expect(unknown.json["allowed"] == false)
        #expect(try await api.send(.post, Self.explain, bytes: Array("{}".utf8)).status == 415)
    }

    @Test func `HEAD has the same fields as GET`() async throws {
        let api = try await api()
        let get = try await api.send(.get, Self.resolved)
        let head = try await api.send(.head, Self.resolved)
        #expect(head["Content-Length"] == get["Content-Length"])
        #expect(head.status == 200)
    }

    @Test func `what only asks has no use for an Idempotency-Key`() async throws {
        let api = try await api()
        _ = try await api.send(.post, Self.explain, Self.question)
        let headers = [HTTPField("Idempotency-Key", "k")]
        let first = try await api.send(.post, Self.explain, Self.question, headers: headers)
        let second = try await api.send(.post, Self.explain, Self.question, headers: headers)
        #expect(first["Idempotency-Replayed"] == nil)
        #expect(second["Idempotency-Replayed"] == nil)
        #expect(second.status == 200)
        let other: JSONValue = ["capability": "payments.charge", "workflow": "other"]
        let third = try await api.send(.post, Self.explain, other, headers: headers)
        #expect(third.status == 200)
    }

    @Test func `every answer counts, and every use of a key`() async throws {
        let api = try await api()
        let key = try await api.key("runtime")
        for _ in 0..<5 { _ = try await api.send(.get, Self.resolved, key: key) }
        let metrics = try MetricsReading(try await api.send(.get, "/metrics").text)
        let route = "/v1/tenants/{tenant}/configs/{blueprint}/{env}/resolved"
        let counts = metrics.values(
            "http_server_request_duration_seconds_count",
            ["http_route": route, "http_response_status_code": "200"]
        )
        #expect(counts == [5])
        let keys = try await api.send(.get, "/v1/tenants/acme-corp/keys")
        #expect(keys.json["items"]?.array?.first?["lastUsedAt"]?.string != nil)
    }

    @Test func `a client certificate is part of the question`() async throws {
        let first = try await api()
        _ = try await first.key("runtime")
        let keys = try await first.send(.get, "/v1/tenants/acme-corp/keys")
        let text = try #require(keys.json["items"]?.array?.first?["id"]?.string)
        let id = try #require(CredentialID(text))
        let api = try await TestAPI(over: first.ledger) { settings in
            settings.clientCertificates = [
                ClientCertificateRule(mark: .fingerprint("aa"), credential: id)
            ]
        }
        // The same bytes, in this order: with a known certificate, with another one, with none.
        let expected: [(String?, Int)] = [
            ("aa", 200), ("aa", 200), ("bb", 401), (nil, 401), ("aa", 200),
        ]
        for (fingerprint, status) in expected {
            var request = try HTTPRequest(.get, Self.resolved)
            request.clientCertificate = fingerprint.map { fingerprint in
                ClientCertificate(
                    subject: "CN=x",
                    names: [],
                    fingerprint: fingerprint,
                    notAfter: .max
                )
            }
            #expect(await api.answer(request).status == status)
        }
        // One that has ended since its connection began stands for nobody.
        var late = try HTTPRequest(.get, Self.resolved)
        let now = Int(WallClock.milliseconds() / 1000)
        for (notAfter, status) in [(now + 60, 200), (now - 1, 401)] {
            late.clientCertificate = ClientCertificate(
                subject: "CN=x",
                names: [],
                fingerprint: "aa",
                notAfter: notAfter
            )
            #expect(await api.answer(late).status == status)
        }
    }
}
