import Glibc
import JSON
import Testing
import Waiting

/// `GET /v1/events` and `atRevision` of the built server, over its restarts.
@Suite struct EventsTests {
    private static let connections = "/v1/tenants/acme-corp/connections"

    private func started(_ flags: [String] = []) async throws -> BinderyServer {
        let server = try await BinderyServer.started(flags: flags)
        try await server.must(
            "PUT",
            "/v1/specs/integrations/payments.test/versions/1",
            ProviderWorld.spec(url: "https://payments.example")
        )
        return server
    }

    private func put(_ server: BinderyServer, _ id: String, _ number: Int) async throws {
        try await server.must("PUT", Self.connections + "/" + id, Self.connection(number))
    }

    static func connection(_ number: Int) -> JSONValue {
        [
            "meta": [
                "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": "sandbox",
            ],
            "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_A",
            "description": .string("\(number)"),
        ]
    }

    @Test func `open streams end as a whole at a drain, and hold up nothing`() async throws {
        let server = try await started()
        var streams: [WireStream] = []
        for _ in 0..<20 { streams.append(try await server.stream("/v1/events?from=0")) }
        for stream in streams {
            try await Wait.until("the first event") {
                try stream.read()
                return !stream.events.isEmpty
            }
        }
        try server.process.signal(SIGTERM)
        for stream in streams {
            try await Wait.until("the end") {
                try stream.read()
                return stream.isWhole
            }
        }
        #expect(try await server.process.ending() == .exit(0))
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func `a client resumes over restarts without a gap and without a double`(
        _ signal: Int32
    )
        async throws
    {
        let server = try await started(["--ledger-snapshot-every", "7", "--ledger-retention", "50"])
        var ids: [String] = []
        var numbers: [String] = []
        for round in 0..<5 {
            let headers = ids.last.map { ["Last-Event-ID: \($0)"] } ?? []
            let stream = try await server.stream(
                "/v1/events?from=0&kind=connection",
                headers: headers
            )
            #expect(stream.answer.status == 200)
            // Some are made while the client listens, some while it is away.
            for step in 0..<6 {
                try await put(server, "c\(step % 3)", round * 10 + step)
                guard step == 3 else { continue }
                let wanted = "\(round * 10 + 3)"
                try await Wait.until("event \(wanted)") {
                    try stream.read()
                    return stream.events.last?.data["object"]?["description"]?.string == wanted
                }
                ids += stream.events.map(\.id)
                numbers += stream.events.compactMap { $0.data["object"]?["description"]?.string }
            }
            try await server.end(signal)
            try await server.start()
        }
        #expect(Set(ids).count == ids.count)
        let made = (0..<5).flatMap { round in (0..<6).map { "\(round * 10 + $0)" } }
        #expect(numbers == Array(made.prefix(numbers.count)))
        #expect(numbers.count == 28)
    }

    @Test func `a stream beyond the setting is 503, and one client that never reads harms nobody`()
        async throws
    {
        let server = try await started(["--limits-event-streams", "2"])
        let deaf = try await server.stream("/v1/events?from=0")
        let stream = try await server.stream("/v1/events")
        let third = try await server.send("GET", "/v1/events")
        #expect(third.status == 503)
        #expect(third.code == "TOO_MANY_STREAMS")
        #expect(third["retry-after"] != nil)
        for number in 0..<200 { try await put(server, "c", number) }
        try await Wait.until("all events") {
            try stream.read()
            return stream.events.count == 200
        }
        #expect(deaf.answer.status == 200)
        #expect(try await server.end(SIGTERM) == .exit(0))
    }

    @Test func `the past of before a restart is told after it, and what is to come is an error`()
        async throws
    {
        let server = try await started(["--ledger-snapshot-every", "5"])
        try await server.must(
            "PUT",
            "/v1/specs/blueprints/app/versions/1",
            [
                "meta": ["name": "app", "version": 1],
                "integrationSlots": [["slotId": "s", "requiredCategory": "payments"]],
            ]
        )
        try await put(server, "c", 0)
        let line = "/v1/tenants/acme-corp/configs/app/sandbox"
        try await server.must(
            "POST",
            line + "/versions",
            [
                "meta": ["blueprintName": "app", "blueprintVersion": 1],
                "integrations": [["slotId": "s", "connectionId": "c"]],
            ]
        )
        try await server.must("POST", line + "/versions/1/publish", [:])
        var told: [(String, String)] = []
        for number in 1...6 {
            try await put(server, "c", number)
            let answer = try await server.must("GET", line + "/resolved")
            told.append((answer["bindery-revision"] ?? "", answer.text))
        }
        #expect(try await server.restart() == .exit(0))
        for (revision, text) in told {
            let answer = try await server.send("GET", line + "/resolved?atRevision=\(revision)")
            #expect(answer.text == text)
        }
        // The log is still whole, so its beginning is kept: nothing was live then.
        let oldest = try await server.send("GET", line + "/resolved?atRevision=0")
        #expect(oldest.code == "CONFIG_NOT_LIVE")
        let next = try await server.send("GET", line + "/resolved?atRevision=999")
        #expect(next.status == 422)
        #expect(next.code == "REVISION_IN_FUTURE")
    }
}
