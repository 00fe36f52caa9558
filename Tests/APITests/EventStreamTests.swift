import Commands
import HTTPWire
import JSON
import Ledger
import Testing

/// How streams of events begin and end: bounds, slow readers, revoked keys, shutdowns.
@Suite struct EventStreamTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private func api(
        recentCountMax: Int = 4096,
        change: (inout Services.Settings) -> Void = { _ in }
    ) async throws -> TestAPI {
        var bounds = RecentEntryBounds()
        bounds.countMax = recentCountMax
        bounds.tick = .milliseconds(10)
        let api = try await TestAPI(recentBounds: bounds) { settings in
            settings.eventHeartbeat = .milliseconds(40)
            change(&settings)
        }
        try await api.putSpecs()
        return api
    }

    private func put(_ api: TestAPI, _ count: Int) async throws {
        for index in 0..<count {
            let path = Self.tenant + "/connections/c\(index)"
            try await api.must(.put, path, SampleObjects.connection("c\(index)"))
        }
    }

    @Test func `one stream more than the bound is refused, and let in when one has ended`()
        async throws
    {
        let api = try await api { settings in
            settings.eventStreamCountMax = 3
            settings.eventStreamCountMaxPerTenant = 2
        }
        let key = try await api.key("auditor")
        let own = [
            try await api.open("/v1/events", key: key), try await api.open("/v1/events", key: key),
        ]
        let third = try await api.open("/v1/events", key: key)
        #expect(third.status == 429)
        #expect(third.head.code == "TOO_MANY_STREAMS")
        #expect(third.head["Retry-After"] == "5")
        let platform = try await api.open("/v1/events")
        #expect(platform.status == 200)
        let fourth = try await api.open("/v1/events")
        #expect(fourth.status == 503)
        #expect(fourth.head.code == "TOO_MANY_STREAMS")
        await own[0].leave()
        let next = try await api.open("/v1/events", key: key)
        #expect(next.status == 200)
        for stream in [own[1], platform, next] { await stream.leave() }
    }

    @Test func `a place is free again when the stream was never begun`() async throws {
        let api = try await api { $0.eventStreamCountMax = 1 }
        for _ in 0..<5 {
            // The answer to HEAD, or to a client that has gone, is dropped unread.
            let answer = try await api.send(.head, "/v1/events")
            #expect(answer.status == 200)
        }
        for _ in 0..<5 {
            #expect(try await api.open("/v1/events?from=999").status == 422)
        }
        let stream = try await api.open("/v1/events")
        #expect(stream.status == 200)
        await stream.leave()
    }

    @Test func `who reads too slowly is dropped with the reason, and others are not held up`()
        async throws
    {
        let api = try await api(recentCountMax: 4)
        let slow = try await api.open("/v1/events")
        try await slow.wait { !$0.bytes.isEmpty }
        slow.hold()
        let quick = try await api.open("/v1/events?from=0")
        try await put(api, 1)
        // It hangs in the write of the first event while the memory moves on.
        try await quick.wait { $0.events.count >= 3 }
        for round in 2...30 {
            let path = Self.tenant + "/connections/s\(round)"
            try await api.must(.put, path, SampleObjects.connection("s\(round)"))
            try await quick.wait { $0.events.count >= round + 2 }
        }
        #expect(slow.events.isEmpty)
        slow.release()
        try await slow.wait { $0.isWhole }
        #expect(slow.events.last?.name == "stream.dropped")
        #expect(slow.events.last?.data["code"] == "SLOW_READER")
        #expect(slow.events.count < 30)
        // What it was told last leads on without a gap.
        let seen = try #require(slow.events.dropLast().last?.id)
        let rest = try await api.open(
            "/v1/events",
            headers: [HTTPField("Last-Event-ID", seen)]
        )
        try await rest.wait { $0.events.last?.id == quick.events.last?.id }
        let whole = quick.events.map(\.id)
        let got = slow.events.dropLast().map(\.id) + rest.events.map(\.id)
        #expect(got == Array(whole.suffix(got.count)))
        let metrics = try await api.send(.get, "/metrics").text
        #expect(
            metrics.contains("bindery_event_streams_dropped_total{reason=\"SLOW_READER\"} 1\n")
        )
        #expect(metrics.contains("bindery_event_streams 2\n"))
        await quick.leave()
        await rest.leave()
    }

    @Test func `who never reads takes no more than its place, and leaves it when it goes`()
        async throws
    {
        let api = try await api { $0.eventStreamCountMax = 1 }
        let stream = try await api.open("/v1/events?from=0", isHeld: true)
        try await put(api, 50)
        #expect(stream.bytes.isEmpty)
        #expect(try await api.open("/v1/events").status == 503)
        await stream.leave()
        let next = try await api.open("/v1/events")
        #expect(next.status == 200)
        await next.leave()
    }

    @Test func `a revoked key's stream ends, and says so`() async throws {
        let api = try await api()
        let key = try await api.key("tenant-admin")
        let stream = try await api.open("/v1/events", key: key)
        try await stream.wait { !$0.bytes.isEmpty }
        try await api.must(.delete, Self.tenant + "/keys/\(key.split(separator: "_")[1])")
        try await put(api, 1)
        try await stream.wait { $0.isWhole }
        #expect(stream.events.map(\.name) == ["stream.dropped"])
        #expect(stream.events.last?.data["code"] == "UNAUTHENTICATED")
    }

    @Test func `a stream ends as a whole when the server does`() async throws {
        let api = try await api()
        let streams = [
            try await api.open("/v1/events"), try await api.open("/v1/events?from=0"),
        ]
        for stream in streams { try await stream.wait { !$0.bytes.isEmpty } }
        for stream in streams { stream.drain() }
        for stream in streams { try await stream.wait { $0.isWhole } }
        #expect(streams[0].text.contains(": the server ends"))
    }

    @Test func `a silent stream shows that it lives`() async throws {
        let api = try await api()
        let stream = try await api.open("/v1/events")
        try await stream.wait { $0.text.components(of: ": heartbeat") >= 3 }
        #expect(stream.events.isEmpty)
        await stream.leave()
    }

    @Test(arguments: [1, 4096])
    func `a stream from a revision begins with it, from the journal and from memory`(
        _ recentCountMax: Int
    ) async throws {
        let api = try await api(recentCountMax: recentCountMax)
        try await put(api, 5)
        if recentCountMax == 1 {
            #expect(await api.ledger.saveSnapshot())
            try await api.must(.put, Self.tenant + "/connections/x", SampleObjects.connection("x"))
        }
        try await put(api, 1)
        for number in 0..<6 {
            let path = Self.tenant + "/connections/y\(number)"
            try await api.must(.put, path, SampleObjects.connection("y\(number)"))
        }
        let newest = api.ledger.revision
        for revision in (newest - 4)...newest {
            let stream = try await api.open("/v1/events?from=\(revision)")
            try await stream.wait { $0.events.last?.id == "\(newest).0" }
            #expect(stream.events.map(\.id) == (revision...newest).map { "\($0).0" })
            await stream.leave()
        }
    }

    @Test func `what retention removed is 410 with the oldest revision`() async throws {
        let api = try await api(recentCountMax: 2)
        try await put(api, 20)
        #expect(await api.ledger.saveSnapshot())
        try await api.must(.put, Self.tenant + "/connections/x", SampleObjects.connection("x"))
        for headers in [[], [HTTPField("Last-Event-ID", "3.0")]] {
            let query = headers.isEmpty ? "?from=3" : ""
            let answer = try await api.open("/v1/events" + query, headers: headers)
            #expect(answer.status == 410)
            #expect(answer.head.code == "REVISION_NOT_KEPT")
            #expect((answer.head.json["oldestRevision"]?.integer ?? 0) > 3)
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
