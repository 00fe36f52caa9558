import HTTPWire
import JSON
import Testing

/// API section 2, as every answer keeps it.
@Suite struct ConventionsTests {
    private static let connections = "/v1/tenants/acme-corp/connections"

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        return api
    }

    @Test(arguments: [
        (HTTPMethod.get, "/livez"), (.get, "/readyz"), (.get, "/v1/none"), (.get, "/v1/tenants"),
        (.delete, "/v1/tenants"), (.options, "*"), (.get, "/metrics"),
        (.get, "/v1/specs/integrations/payments.test/versions/1"),
    ])
    func `every answer has the common header fields`(
        _ method: HTTPMethod,
        _ target: String
    )
        async throws
    {
        let answer = try await api().send(method, target)
        #expect(answer["X-Request-ID"]?.isEmpty == false)
        #expect(answer["Bindery-Revision"] == "2")
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(
            answer["Cache-Control"] == (answer["ETag"] == nil ? "no-store" : "private, no-cache")
        )
    }

    @Test func `an undeclared method is 405 with Allow, an unknown path 404`() async throws {
        let api = try await api()
        let wrong = try await api.send(.patch, "/v1/tenants")
        #expect(wrong.status == 405)
        #expect(wrong["Allow"] == "GET, HEAD, OPTIONS")
        #expect(wrong.code == "METHOD_NOT_ALLOWED")
        #expect(wrong["Content-Type"] == "application/problem+json")
        let none = try await api.send(.get, "/v1/none")
        #expect(none.status == 404)
        #expect(none.code == "NOT_FOUND")
    }

    @Test func `OPTIONS answers what is allowed`() async throws {
        let answer = try await api().send(.options, Self.connections)
        #expect(answer.status == 204)
        #expect(answer["Allow"] == "GET, HEAD, POST, OPTIONS")
    }

    @Test(arguments: ["/v1/none", "/v1/tenants", "/metrics", "/v1/keys"])
    func `nobody without a credential learns what is there`(_ target: String) async throws {
        let api = try await api()
        for key in [nil, "nonsense"] {
            for method in [HTTPMethod.get, .put, .options] {
                let answer = try await api.send(method, target, key: key)
                #expect(answer.status == 401)
                #expect(answer["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
                #expect(answer.code == "UNAUTHENTICATED")
            }
        }
    }

    @Test func `what is open to anybody tells its methods to anybody`() async throws {
        let answer = try await api().send(.post, "/livez", key: nil)
        #expect(answer.status == 405)
        #expect(answer["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test(arguments: [
        "Basic Ym9i", "Bearer", "Bearer ", "bearer", "Bearer a b c",
        "Token \(TestAPI.bootstrapKey)",
    ])
    func `another Authorization is 401`(_ value: String) async throws {
        let field = HTTPField("Authorization", value)
        let answer = try await api().send(.get, "/v1/tenants", headers: [field], key: nil)
        #expect(answer.status == 401)
    }

    @Test func `two Authorization fields are one too many`() async throws {
        let field = HTTPField("Authorization", "Bearer \(TestAPI.bootstrapKey)")
        let answer = try await api().send(.get, "/v1/tenants", headers: [field])
        #expect(answer.status == 401)
    }

    @Test func `HEAD answers a GET's header fields`() async throws {
        let api = try await api()
        let target = "/v1/specs/integrations/payments.test/versions/1"
        let head = try await api.send(.head, target)
        let get = try await api.send(.get, target)
        #expect(head.status == 200)
        #expect(head["ETag"] == get["ETag"])
        #expect(head["Content-Type"] == get["Content-Type"])
    }

    @Test func `If-None-Match of what is there is 304 without a body`() async throws {
        let api = try await api()
        let target = "/v1/specs/integrations/payments.test/versions/1"
        let tag = try #require(try await api.send(.get, target)["ETag"])
        for value in [tag, "W/\(tag)", "\"0\", \(tag)", "*"] {
            let answer = try await api.send(
                .get,
                target,
                headers: [HTTPField("If-None-Match", value)]
            )
            #expect(answer.status == 304)
            #expect(answer.body.isEmpty)
            #expect(answer["ETag"] == tag)
        }
        let other = try await api.send(.get, target, headers: [HTTPField("If-None-Match", "\"0\"")])
        #expect(other.status == 200)
    }

    @Test func `a creation answers 201, Location and the object`() async throws {
        let api = try await api()
        let body = SampleObjects.connection("conn_1")
        let made = try await api.send(.post, Self.connections, body)
        #expect(made.status == 201)
        let location = try #require(made["Location"])
        let got = try await api.send(.get, location)
        #expect(got.json == made.json)
        #expect(got["ETag"] == made["ETag"])
        let again = try await api.send(.post, Self.connections, body)
        #expect(again.status == 409)
        #expect(again.code == "ALREADY_EXISTS")
    }

    @Test func `PUT is idempotent, and what was read can be sent back`() async throws {
        let api = try await api()
        let path = "\(Self.connections)/conn_1"
        let made = try await api.send(.put, path, SampleObjects.connection("conn_1"))
        #expect(made.status == 201)
        let read = try await api.send(.get, path)
        let back = try await api.send(.put, path, read.json)
        #expect(back.status == 200)
        #expect(back["ETag"] == made["ETag"])
        #expect(back["Bindery-Revision"] == made["Bindery-Revision"])
    }

    @Test func `DELETE answers 204, and what is gone is gone`() async throws {
        let api = try await api()
        let path = "\(Self.connections)/conn_1"
        try await api.must(.put, path, SampleObjects.connection("conn_1"))
        #expect(try await api.send(.delete, path).status == 204)
        #expect(try await api.send(.get, path).status == 404)
        #expect(try await api.send(.delete, path).status == 404)
    }

    @Test func `a dry run answers what would be, and keeps nothing`() async throws {
        let api = try await api()
        let body = SampleObjects.connection("conn_1")
        let dry = try await api.send(.post, "\(Self.connections)?dryRun=true", body)
        #expect(dry.status == 201)
        #expect(dry.json["meta"]?["id"] == "conn_1")
        #expect(dry["Bindery-Revision"] == "2")
        #expect(try await api.send(.get, "\(Self.connections)/conn_1").status == 404)
        for query in ["dryRun=maybe", "dryrun=true", "dryRun=true&dryRun=true"] {
            let refused = try await api.send(.post, "\(Self.connections)?\(query)", body)
            #expect(refused.status == 400)
        }
        #expect(try await api.send(.get, "\(Self.connections)/conn_1").status == 404)
    }

    @Test func `a dry key is no key`() async throws {
        let answer = try await api()
            .send(
                .post,
                "/v1/tenants/acme-corp/keys?dryRun=true",
                SampleObjects.key
            )
        #expect(answer.status == 201)
        #expect(answer.json["key"] == nil)
        #expect(!answer.text.contains("bnd_"))
    }

    @Test func `a list goes on with its link until it ends`() async throws {
        let api = try await api()
        let ids = (1...7).map { "conn_\($0)" }
        for id in ids {
            try await api.must(.post, Self.connections, SampleObjects.connection(id))
        }
        var target: String? = "\(Self.connections)?limit=3&status=active"
        var seen: [String] = []
        while let next = target {
            let page = try await api.send(.get, next)
            #expect(page.status == 200)
            seen += (page.json["items"]?.array ?? []).compactMap { $0["meta"]?["id"]?.string }
            let link = page["Link"].flatMap { $0.wholeMatch(of: /<(.+)>; rel="next"/) }
            #expect((link == nil) == (page.json["nextCursor"] == .null))
            target = link.map { String($0.output.1) }
        }
        #expect(seen == ids)
    }

    @Test(arguments: [
        "limit=0", "limit=501", "limit=x", "cursor=x", "cursor=", "sort=id", "limit=1&limit=2",
    ])
    func `a list refuses a wrong parameter`(_ query: String) async throws {
        let answer = try await api().send(.get, "\(Self.connections)?\(query)")
        #expect(answer.status == 400)
        #expect(answer.code?.hasSuffix("_PARAMETER") == true)
    }

    @Test func `an Idempotency-Key answers the first answer again, but no secret`() async throws {
        let api = try await api()
        let field = HTTPField("Idempotency-Key", "once")
        let path = "/v1/tenants/acme-corp/keys"
        let first = try await api.send(.post, path, SampleObjects.key, headers: [field])
        let second = try await api.send(.post, path, SampleObjects.key, headers: [field])
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(first["Idempotency-Replayed"] == nil)
        #expect(second["Idempotency-Replayed"] == "true")
        #expect(second["Location"] == first["Location"])
        #expect(second.json["id"] == first.json["id"])
        #expect(second.json["key"] == nil)
        let other: JSONValue = ["roles": ["auditor"]]
        let third = try await api.send(.post, path, other, headers: [field])
        #expect(third.status == 422)
        #expect(third.code == "IDEMPOTENCY_KEY_REUSED")
        let list = try await api.send(.get, path)
        #expect(list.json["items"]?.array?.count == 1)
    }

    @Test(arguments: [("0", 200), ("2", 200), ("x", 400), ("-1", 400), ("+1", 400), ("", 400)])
    func `Bindery-Min-Revision that is reached is no wait`(
        _ text: String,
        _ status: Int
    )
        async throws
    {
        let field = HTTPField("Bindery-Min-Revision", text)
        #expect(try await api().send(.get, "/v1/tenants", headers: [field]).status == status)
    }

    @Test func `a read waits for the revision that it wants`() async throws {
        let api = try await api()
        let field = HTTPField("Bindery-Min-Revision", "3")
        async let waiting = api.send(.get, "\(Self.connections)/conn_1", headers: [field])
        try await Task.sleep(for: .milliseconds(20))
        try await api.must(.post, Self.connections, SampleObjects.connection("conn_1"))
        #expect(try await waiting.status == 200)
    }

    @Test func `a revision that does not come is 503 with Retry-After, after a bounded wait`()
        async throws
    {
        let field = HTTPField("Bindery-Min-Revision", "3")
        let answer = try await api().send(.get, "/v1/tenants", headers: [field])
        #expect(answer.status == 503)
        #expect(answer.code == "REVISION_NOT_REACHED")
        #expect(answer["Retry-After"] == "1")
    }

    @Test func `the first problem of many gives the code, and all are named`() async throws {
        let body: JSONValue = ["meta": ["id": "-bad", "colour": 1], "ownershipMode": "leased"]
        let answer = try await api().send(.post, Self.connections, body)
        #expect(answer.status == 422)
        let codes = (answer.json["errors"]?.array ?? []).compactMap { $0["code"]?.string }
        #expect(codes.contains("INVALID_IDENTIFIER"))
        #expect(codes.contains("UNKNOWN_FIELD"))
        #expect(codes.contains("MISSING_FIELD"))
        #expect(codes.first == answer.code)
    }
}
