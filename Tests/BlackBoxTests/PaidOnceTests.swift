import Glibc
import HTTPWire
import JSON
import Testing
import Waiting

/// A call with an `Idempotency-Key` is made once, whatever happens to the server in between.
@Suite struct PaidOnceTests {
    private static let key = ["Idempotency-Key: order-4711"]

    @Test func `a server that dies in a call does not make it again`() async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let lost = Task { try await world.execute("pay", headers: Self.key) }
        try await Wait.until("the provider is called") { !provider.requests.isEmpty }
        try await world.server.end(SIGKILL)
        await #expect(throws: (any Error).self) { try await lost.value }
        provider.release()
        try await world.server.start()
        let again = try await world.execute("pay", headers: Self.key)
        #expect(again.status == 409, "\(again)")
        #expect(again.code == "IDEMPOTENCY_IN_PROGRESS")
        #expect(provider.requests.count == 1)
        // The caller is told how it stands, until when, and what there is to do; to come again is of
        // no use, so no time for it is named.
        let told = again.json["idempotency"]
        let since = try #require(told?["since"]?.string)
        let until = try #require(told?["until"]?.string)
        #expect(told?["state"] == "unknown")
        #expect(since < until)
        #expect(again["retry-after"] == nil)
        let detail = again.json["detail"]?.string ?? ""
        for part in ["unknown", "audit trail since \(since)", "another key", "until \(until)"] {
            #expect(detail.contains(part), "\(detail)")
        }
        // It stays so over another start, and another key makes the call.
        try await world.server.end(SIGKILL)
        try await world.server.start()
        let later = try await world.execute("pay", headers: Self.key)
        #expect(later.json["idempotency"] == told)
        #expect(provider.requests.count == 1)
        let other = try await world.execute("pay", headers: ["Idempotency-Key: order-4711-again"])
        #expect(other.status == 200, "\(other)")
        #expect(provider.requests.count == 2)
    }

    @Test func `an answer is given again after the server was killed`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let first = try await world.execute("pay", headers: Self.key)
        #expect(first.status == 200, "\(first)")
        try await world.server.end(SIGKILL)
        try await world.server.start()
        let again = try await world.execute("pay", headers: Self.key)
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.json == first.json)
        #expect(provider.requests.count == 1)
    }

    @Test func `a second request beside the first is told that it runs`() async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let first = Task { try await world.execute("pay", headers: Self.key) }
        try await Wait.until("the provider is called") { !provider.requests.isEmpty }
        let second = try await world.execute("pay", headers: Self.key)
        #expect(second.code == "IDEMPOTENCY_IN_PROGRESS")
        #expect(second["retry-after"] != nil)
        #expect(second.json["idempotency"]?["state"] == "running")
        provider.release()
        #expect(try await first.value.status == 200)
        #expect(provider.requests.count == 1)
    }

    @Test func `the caller's key goes to the provider, and another call has another`() async throws
    {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        _ = try await world.execute("pay", headers: Self.key)
        for _ in 1...2 { _ = try await world.execute("pay") }
        let keys = provider.requests.map { $0.header("idempotency-key") ?? "" }
        #expect(keys.first == "order-4711")
        #expect(Set(keys).count == 3)
        #expect(!keys.contains(""))
    }

    /// A capability, and how often its provider is called by two requests that time out: again only
    /// when the provider is told the caller's key, by which it knows the second for the first.
    @Test(arguments: [("charge", 1), ("pay", 2)])
    func `what may have been done is not done twice`(_ name: String, _ count: Int) async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let first = try await world.execute(name, timeout: 600, headers: Self.key)
        #expect(first.code == "PROVIDER_TIMEOUT", "\(first)")
        let again = try await world.execute(name, timeout: 600, headers: Self.key)
        #expect(again.code == "PROVIDER_TIMEOUT", "\(again)")
        #expect((again["idempotency-replayed"] == "true") == (count == 1))
        #expect(provider.requests.count == count)
        #expect(Set(provider.requests.map { $0.header("idempotency-key") }).count == 1)
    }

    @Test func `what was not sent may be tried again under its key`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.point(at: "env://BINDERY_SECRET_NONE")
        for name in ["charge", "pay"] {
            let failed = try await world.execute(name, headers: Self.key)
            #expect(failed.code == "SECRET_UNAVAILABLE", "\(failed)")
            let again = try await world.execute(name, headers: Self.key)
            #expect(again.code == "SECRET_UNAVAILABLE")
            #expect(again["idempotency-replayed"] == nil)
        }
    }

    /// What the provider answers, the capability, and how often the provider is called by the first
    /// request.
    private static let errors: [(status: String, name: String, count: Int)] = [
        ("400 Bad Request", "pay", 1), ("402 Payment Required", "balance", 1),
        ("422 Unprocessable", "charge", 1), ("500 Internal Server Error", "pay", 1),
        ("503 Unavailable", "balance", 3),
    ]

    @Test(arguments: errors)
    func `an error that a provider answered is answered again, also after a restart`(
        _ status: String,
        _ name: String,
        _ count: Int
    ) async throws {
        let provider = try ScriptedProvider { _ in
            .answer(status, body: "{\"error\":\"no\"}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let first = try await world.execute(name, headers: Self.key)
        #expect(first.code == "PROVIDER_ERROR", "\(first)")
        #expect(first["idempotency-replayed"] == nil)
        #expect(provider.requests.count == count)
        provider.reply { _ in .ok }
        for attempt in 1...2 {
            if attempt == 2 {
                try await world.server.end(SIGKILL)
                try await world.server.start()
            }
            let again = try await world.execute(name, headers: Self.key)
            #expect(again["idempotency-replayed"] == "true", "\(again)")
            #expect(again.status == first.status)
            #expect(again.json == first.json)
        }
        #expect(provider.requests.count == count)
    }

    @Test func `a call that the provider has put off may be tried again under its key`()
        async throws
    {
        let provider = try ScriptedProvider { _ in .answer("429 Slow", body: "{}") }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let first = try await world.execute("pay", headers: Self.key)
        #expect(first.json["provider"]?["status"] == 429, "\(first)")
        provider.reply { _ in .ok }
        let again = try await world.execute("pay", headers: Self.key)
        #expect(again.status == 200, "\(again)")
        #expect(again["idempotency-replayed"] == nil)
        #expect(Set(provider.requests.map { $0.header("idempotency-key") }) == ["order-4711"])
    }

    /// What refuses the first try before anything is sent, and its status.
    @Test(arguments: [("limit", 429), ("breaker", 503), ("pause", 503)])
    func `what was refused before it was sent is not remembered`(
        _ refusal: String,
        _ status: Int
    ) async throws {
        let provider = try ScriptedProvider { _ in
            .answer(
                "429 Slow",
                headers: refusal == "limit" ? ["Retry-After: 1"] : [],
                body: "{}"
            )
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.refuse(by: refusal, provider)
        let first = try await world.execute("pay", headers: Self.key)
        #expect(first.status == status, "\(first)")
        #expect(first["retry-after"] != nil)
        #expect(first["idempotency-replayed"] == nil)
        let sent = provider.requests.count
        provider.reply { _ in .ok }
        try await world.server.end(SIGKILL)
        try await world.server.start()
        if refusal == "pause" {
            try await world.server.must(
                "POST",
                ProviderWorld.tenant + "/connections/conn/resume",
                [:]
            )
        }
        let again = try await world.execute("pay", headers: Self.key)
        #expect(again.status == 200, "\(again)")
        #expect(again["idempotency-replayed"] == nil)
        #expect(provider.requests.count == sent + 1)
    }

    /// A first try with an unknown outcome binds its key to its connection, whatever refuses the
    /// second one.
    @Test func `a refused try does not set free what an earlier one may have done`() async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.addFallback()
        let first = try await world.execute("pay", timeout: 600, headers: Self.key)
        #expect(first.code == "PROVIDER_TIMEOUT", "\(first)")
        let line = ProviderWorld.line + "/versions/2/archive"
        try await world.server.must("POST", line, [:])
        let refused = try await world.execute("pay", timeout: 600, headers: Self.key)
        #expect(refused.code == "CONFIG_NOT_LIVE", "\(refused)")
        try await world.server.must("POST", ProviderWorld.line + "/versions", ["fromVersion": 2])
        try await world.server.must("POST", ProviderWorld.line + "/versions/3/publish", [:])
        let path = ProviderWorld.tenant + "/connections/conn/pause"
        try await world.server.must("POST", path, [:])
        let again = try await world.execute("pay", timeout: 600, headers: Self.key)
        #expect(again.code == "IDEMPOTENCY_IN_PROGRESS", "\(again)")
        #expect(provider.requests.count == 1)
    }
}

extension ProviderWorld {
    /// Sees to it that the next call is refused before anything is sent.
    fileprivate func refuse(by refusal: String, _ provider: ScriptedProvider) async throws {
        switch refusal {
        case "limit": _ = try await execute("pay")
        case "breaker":
            provider.reply { _ in .answer("500 Oops", body: "{}") }
            for _ in 1...5 { _ = try await execute("pay") }
        default:
            try await server.must("POST", Self.tenant + "/connections/conn/pause", [:])
        }
    }
}
