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
        let world = try await ProviderWorld(url: provider.url, secrets: [:])
        for name in ["charge", "pay"] {
            let failed = try await world.execute(name, headers: Self.key)
            #expect(failed.code == "SECRET_UNAVAILABLE", "\(failed)")
            let again = try await world.execute(name, headers: Self.key)
            #expect(again.code == "SECRET_UNAVAILABLE")
            #expect(again["idempotency-replayed"] == nil)
        }
    }
}
