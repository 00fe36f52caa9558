import Testing

@testable import Outbound

@Suite struct OutboundConfigurationTests {
    private static func failure(
        _ change: (inout OutboundConfiguration) -> Void
    ) -> OutboundSetupError? {
        var configuration = OutboundConfiguration()
        change(&configuration)
        do throws(OutboundSetupError) {
            try configuration.check()
            return nil
        } catch {
            return error
        }
    }

    @Test func `the defaults work`() throws {
        #expect(Self.failure { _ in } == nil)
        _ = try OutboundClient(OutboundConfiguration())
    }

    @Test func `refuses limits out of range`() {
        #expect(Self.failure { $0.inFlightCountMax = 0 } == .limitOutOfRange)
        #expect(Self.failure { $0.inFlightCountMax = 100_001 } == .limitOutOfRange)
        #expect(Self.failure { $0.waitingCountMax = -1 } == .limitOutOfRange)
        #expect(Self.failure { $0.reservedCount = -1 } == .limitOutOfRange)
        #expect(Self.failure { $0.reservedCount = $0.inFlightCountMax } == .limitOutOfRange)
        #expect(Self.failure { $0.waitingCountMax = 0 } == nil)
        #expect(Self.failure { $0.idleConnectionCountMax = 0 } == .limitOutOfRange)
        #expect(Self.failure { $0.idleConnectionCountMax = 1 } == nil)
    }

    @Test func `refuses what could only fail later`() {
        #expect(Self.failure { $0.caFile = "/no/such.pem" } == .caFileUnreadable("/no/such.pem"))
        #expect(Self.failure { $0.userAgent = "a\r\nb" } == .malformedUserAgent)
        #expect(Self.failure { $0.proxy = "socks5://127.0.0.1" } == .malformedProxy)
        #expect(Self.failure { $0.proxy = "http://127.0.0.1:3128" } == nil)
    }

    @Test func `no proxy is taken from the environment, and the configured one is used`()
        async throws
    {
        let proxy = try ScriptedServer { .answer(body: $0.target) }
        defer { proxy.stop() }
        let client = try OutboundClient(
            OutboundConfiguration(addressPolicy: .unrestricted, proxy: proxy.url(""))
        )
        let response = try await client.send(
            .init(for: .call, method: "GET", url: "http://example.com/a")
        )
        #expect(String(decoding: response.body, as: UTF8.self) == "http://example.com/a")
    }
}
