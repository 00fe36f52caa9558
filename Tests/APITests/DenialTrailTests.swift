import Commands
import HTTPWire
import JSON
import Testing

/// Who is not let in, and what is not allowed, leaves a record: within bounds, without secrets.
@Suite struct DenialTrailTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let secret = "bnd_0123456789abcdef_not-a-key-but-a-secret-0123456789"

    /// The tenant's denials, when there are as many; records come soon after the answer.
    private func denials(
        _ api: TestAPI,
        _ tenant: String = "acme-corp",
        count: Int
    ) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        for _ in 0..<2000 {
            let answer = try await api.must(
                .get,
                "/v1/tenants/\(tenant)/audit?kind=decision&outcome=denied&limit=500"
            )
            items = answer.json["items"]?.array ?? []
            if items.count >= count { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        return items
    }

    /// How many records the whole trail has, once there are so many more than `base`.
    private func records(_ api: TestAPI, atLeast count: Int64) async throws -> Int64 {
        var found: Int64 = 0
        for _ in 0..<2000 {
            found = try await api.must(.get, "/v1/audit/verify").json["records"]?.integer ?? 0
            if found >= count { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        return found
    }

    private func leftOut(_ kind: String, _ api: TestAPI) async throws -> Int {
        let name = "bindery_audit_denials_left_out_total{kind=\"\(kind)\"} "
        let line = try await api.must(.get, "/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
    }

    @Test func `a denial of the PDP is in the trail of the credential's tenant`() async throws {
        let api = try await TestAPI()
        let viewer = try await api.key("tenant-viewer")
        let refused = try await api.send(
            .post,
            Self.tenant + "/connections?x=\(Self.secret)",
            SampleObjects.connection("conn"),
            headers: [HTTPField("X-Request-ID", "req-403")],
            key: viewer
        )
        #expect(refused.status == 403)
        let record = try #require(try await denials(api, count: 1).first)
        #expect(record["tenantId"] == "acme-corp")
        #expect(record["action"] == "connections.write")
        #expect(record["actor"]?["type"] == "key")
        #expect(record["error"]?["code"] == "FORBIDDEN")
        #expect(record["decision"]?["allowed"] == false)
        #expect(record["resource"]?["id"] == "POST /v1/tenants/{tenant}/connections")
        #expect(record["requestId"] == "req-403")
        #expect(!String(decoding: record.serialized(), as: UTF8.self).contains(Self.secret))
    }

    @Test func `reaching for another tenant is told to one's own, and not to the other`()
        async throws
    {
        let api = try await TestAPI()
        let admin = try await api.key("tenant-admin")
        let answer = try await api.send(.get, "/v1/tenants/globex/connections", key: admin)
        #expect(answer.status == 404)
        let record = try await denials(api, count: 1).first
        #expect(record?["error"]?["code"] == "NOT_FOUND")
        #expect(try await denials(api, "globex", count: 0).isEmpty)
    }

    @Test func `a failed authentication is in the platform's trail, and in no tenant's`()
        async throws
    {
        let api = try await TestAPI()
        try await api.putSpecs()
        let before = try await records(api, atLeast: 0)
        for key in [Self.secret, nil] {
            #expect(try await api.send(.get, Self.tenant + "/connections", key: key).status == 401)
        }
        #expect(try await records(api, atLeast: before + 2) == before + 2)
        let trail = try await api.must(.get, Self.tenant + "/audit?limit=500")
        #expect(trail.json["items"] == [])
        #expect(try await api.must(.get, "/v1/audit/verify").json["valid"] == true)
    }

    /// The newest failed authentications at `path`, once there are as many.
    private func failures(
        _ api: TestAPI,
        _ path: String,
        count: Int
    ) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        for _ in 0..<2000 {
            items = try await api.must(.get, path + "?kind=auth").json["items"]?.array ?? []
            if items.count >= count { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        return items
    }

    @Test func `whose key was revoked reads of it, and the platform of the rest`()
        async throws
    {
        let api = try await TestAPI()
        let key = try await api.key("tenant-admin")
        let id = String(key.split(separator: "_")[1])
        let path = Self.tenant + "/connections"
        try await api.must(.delete, Self.tenant + "/keys/" + id)
        #expect(try await api.send(.get, path, key: key).status == 401)
        let own = try await failures(api, Self.tenant + "/audit", count: 1)
        #expect(own.count == 1)
        #expect(own.first?["actor"]?["id"] == .string(id))
        #expect(own.first?["error"]?["detail"]?.string?.contains("key revoked") == true)
        #expect(try await failures(api, "/v1/audit", count: 0).isEmpty)
        #expect(try await api.send(.get, path, key: Self.secret).status == 401)
        let platform = try await failures(api, "/v1/audit", count: 1)
        #expect(platform.count == 1)
        let record = platform[0]["id"]?.string ?? ""
        #expect(try await api.must(.get, "/v1/audit/\(record)").json["kind"] == "auth")
        #expect(try await api.send(.get, Self.tenant + "/audit/\(record)").status == 404)
        let whole = [own.first, platform.first].compactMap { $0?.serializedText }.joined()
        #expect(!whole.contains(key) && !whole.contains("not-a-key-but"))
    }

    @Test func `a flood of refusals is counted and not recorded`() async throws {
        let api = try await TestAPI { $0.failuresPerMinute = 5 }
        let viewer = try await api.key("tenant-viewer")
        let before = try await records(api, atLeast: 0)
        for _ in 0..<100 {
            _ = try await api.send(.get, "/v1/specs/integrations", key: Self.secret)
            _ = try await api.send(.get, "/v1/keys", key: viewer)
        }
        // At most two minutes are touched, with twenty records of each source in each of them.
        let recorded = try await denials(api, count: 20).count
        #expect((20...40).contains(recorded))
        let all = try await records(api, atLeast: before + 40)
        #expect((40...80).contains(all - before))
        let left = (try await leftOut("auth", api), try await leftOut("decision", api))
        #expect(left.1 == 100 - recorded)
        #expect(left.0 + left.1 == 200 - Int(all - before))
    }
}
