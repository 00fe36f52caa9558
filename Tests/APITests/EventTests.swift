import Commands
import HTTPWire
import JSON
import Ledger
import Testing

/// `GET /v1/events`: what it tells, to whom, and from where on (API sections 4 and 10).
@Suite struct EventTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    private func world() async throws -> TestAPI {
        let api = try await TestAPI { $0.eventHeartbeat = .milliseconds(50) }
        try await api.putSpecs()
        for tenant in ["acme-corp", "other-corp"] { try await api.putTenant(tenant) }
        return api
    }

    @Test func `every change is told once, in order, with the object as the API shows it`()
        async throws
    {
        let api = try await world()
        let stream = try await api.open("/v1/events?from=0")
        #expect(stream.status == 200)
        #expect(stream.head["Content-Type"] == "text/event-stream")
        try await stream.wait { $0.events.count >= 12 }
        let connection = try await api.send(.get, Self.tenant + "/connections/conn")
        let events = stream.events
        #expect(
            events.prefix(9).map(\.name) == [
                "spec.created", "blueprint.created", "connection.created", "config.created",
                "config.published", "config.created", "policy.created", "connection.created",
                "config.created",
            ]
        )
        #expect(Set(events.map(\.id)).count == events.count)
        let told = events[2].data
        #expect(told["kind"] == "connection")
        #expect(told["tenantId"] == "acme-corp")
        #expect(told["id"] == "conn")
        #expect(told["action"] == "created")
        #expect(told["actor"] == ["type": "bootstrap", "id": "bootstrap"])
        #expect("\(told["revision"]?.integer ?? 0).\(told["index"]?.integer ?? -1)" == events[2].id)
        var shown = connection.json.object ?? [:]
        shown["health"] = nil
        #expect(told["object"] == .object(shown))
        await stream.leave()
    }

    @Test func `an update, a removal and a revoked key are told as such, and no secret ever`()
        async throws
    {
        let api = try await world()
        let stream = try await api.open("/v1/events")
        try await stream.wait { !$0.bytes.isEmpty }
        let spare = Self.tenant + "/connections/spare"
        try await api.must(.put, spare, SampleObjects.connection("spare"))
        var changed = SampleObjects.connection("spare").object ?? [:]
        changed["description"] = "changed"
        try await api.must(.put, spare, .object(changed))
        // The same again moves no revision, so there is nothing to tell.
        try await api.must(.put, spare, .object(changed))
        try await api.must(.delete, spare)
        let key = try await api.key("auditor")
        let id = String(key.split(separator: "_")[1])
        try await api.must(.delete, Self.tenant + "/keys/\(id)")
        try await stream.wait { $0.events.count >= 5 }
        #expect(
            stream.events.map(\.name) == [
                "connection.created", "connection.updated", "connection.deleted", "key.created",
                "key.revoked",
            ]
        )
        #expect(stream.events[2].data["object"] == .null)
        #expect(stream.events[3].data["tenantId"] == "acme-corp")
        #expect(!stream.text.contains(key))
        #expect(!stream.text.contains("digest"))
        await stream.leave()
    }

    @Test(arguments: ["tenant-admin", "auditor"])
    func `a tenant's key follows its own tenant, named or not, and finds no other`(
        _ role: String
    )
        async throws
    {
        let api = try await world()
        let key = try await api.key(role)
        for query in ["", "&tenant=acme-corp"] {
            let stream = try await api.open("/v1/events?from=0" + query, key: key)
            #expect(stream.status == 200)
            try await stream.wait { $0.events.count >= 6 }
            #expect(stream.events.allSatisfy { $0.data["tenantId"] == "acme-corp" })
            #expect(!stream.text.contains("other-corp"))
            await stream.leave()
        }
        for tenant in ["other-corp", "no-such-corp", "%2e%2e", ""] {
            let foreign = try await api.open("/v1/events?tenant=\(tenant)", key: key)
            #expect(foreign.status == 404, "\(tenant)")
        }
    }

    @Test(arguments: ["tenant-viewer", "runtime"])
    func `other roles may not follow`(_ role: String) async throws {
        let api = try await world()
        let key = try await api.key(role)
        #expect(try await api.open("/v1/events", key: key).status == 403)
        #expect(try await api.open("/v1/events", key: nil).status == 401)
    }

    @Test func `a key that may act in some environments is told of these only`() async throws {
        let api = try await world()
        try await api.must(
            .post,
            Self.tenant + "/connections",
            SampleObjects.connection("live", environment: "production")
        )
        try await api.must(.delete, Self.tenant + "/connections/live")
        let key = try await api.key("tenant-admin", environments: ["sandbox"])
        let stream = try await api.open("/v1/events?from=0&kind=connection,key", key: key)
        try await stream.wait { $0.text.contains("key.created") }
        #expect(!stream.text.contains("live"))
        #expect(stream.text.contains("conn"))
        await stream.leave()
    }

    @Test func `filters leave ids as they are, and heartbeats pass on what was left out`()
        async throws
    {
        let api = try await world()
        let all = try await api.open("/v1/events?from=0")
        try await all.wait { $0.events.count >= 12 }
        let some = try await api.open("/v1/events?from=0&kind=policy&tenant=other-corp")
        let last = try #require(all.events.last?.id)
        try await some.wait { $0.text.contains(": heartbeat") && !$0.events.isEmpty }
        let wanted = all.events.filter {
            $0.data["kind"] == "policy" && $0.data["tenantId"] == "other-corp"
        }
        #expect(some.events.map(\.id) == wanted.map(\.id))
        // The policies came last; then a change of another kind moves the id alone.
        try await api.must(.put, Self.tenant + "/connections/z", SampleObjects.connection("z"))
        try await all.wait { $0.events.last?.id != last }
        let next = try #require(all.events.last?.id)
        try await some.wait { $0.text.contains(": heartbeat\nid: \(next)\n\n") }
        await all.leave()
        await some.leave()
    }

    @Test func `a client resumes behind the id that it saw, wherever it was cut`() async throws {
        let api = try await world()
        let all = try await api.open("/v1/events?from=0")
        try await all.wait { $0.events.count >= 12 }
        let ids = all.events.map(\.id)
        await all.leave()
        for (index, id) in ids.enumerated() {
            let header = HTTPField("Last-Event-ID", id)
            // A client that reconnects sends its first query again.
            let rest = try await api.open("/v1/events?from=0", headers: [header])
            try await rest.wait { $0.events.count >= ids.count - index - 1 }
            #expect(rest.events.map(\.id) == Array(ids[(index + 1)...]))
            await rest.leave()
        }
    }

    @Test(arguments: [
        ("", 400, "INVALID_PARAMETER"), ("1", 400, "INVALID_PARAMETER"),
        ("1.", 400, "INVALID_PARAMETER"), (".1", 400, "INVALID_PARAMETER"),
        ("1.0.0", 400, "INVALID_PARAMETER"), ("+1.0", 400, "INVALID_PARAMETER"),
        ("-1.0", 400, "INVALID_PARAMETER"), ("1.-1", 400, "INVALID_PARAMETER"),
        ("99999999999999999999.0", 400, "INVALID_PARAMETER"), ("１.0", 400, "INVALID_PARAMETER"),
        ("13.0", 422, "REVISION_IN_FUTURE"), ("18446744073709551615.0", 422, "REVISION_IN_FUTURE"),
        ("12.0", 200, nil), ("12.99", 200, nil),
    ])
    func `a wrong Last-Event-ID is an error that says why`(
        _ id: String,
        _ status: Int,
        _ code: String?
    ) async throws {
        let api = try await world()
        let stream = try await api.open("/v1/events", headers: [HTTPField("Last-Event-ID", id)])
        #expect(stream.status == status, "\(stream.head)")
        #expect(stream.head.code == code)
        await stream.leave()
    }

    @Test(arguments: [
        ("from=-1", 400), ("from=x", 400), ("from=", 200), ("from=14", 422), ("from=13", 200),
        ("kind=connection,", 400), ("kind=health", 400), ("kind=", 400), ("form=1", 400),
        ("from=1&from=2", 400), ("kind=key,policy", 200),
    ])
    func `a wrong parameter is an error that names it`(_ query: String, _ status: Int) async throws
    {
        let api = try await world()
        let stream = try await api.open("/v1/events?" + query)
        #expect(stream.status == (query == "from=" ? 400 : status), "\(stream.head)")
        await stream.leave()
    }
}
