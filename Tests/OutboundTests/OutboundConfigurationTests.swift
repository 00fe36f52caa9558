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

    @Test(
        arguments: [
            "http://169.254.169.254/", "http://2852039166/", "http://0xa9fea9fe/", "http://10.1/",
            "http://[::ffff:10.0.0.1]/", "http://[fd00::1]/", "https://192.168.1.1/",
            "http://0.0.0.0/", "http://100.64.0.1/",
        ]
    )
    func `a proxy is not asked for an address that may not be connected to`(
        _ url: String
    ) async throws {
        // The proxy's own address is allowed, and nothing beside it.
        let proxy = try ScriptedServer { _ in .answer(body: "asked") }
        defer { proxy.stop() }
        let own = try AddressRange("127.0.0.1/32")
        let client = try OutboundClient(
            OutboundConfiguration(addressPolicy: .init(allow: [own]), proxy: proxy.url(""))
        )
        do {
            _ = try await client.send(.init(for: .call, method: "GET", url: url))
            Issue.record("\(url) was asked for")
        } catch { #expect(error.code == .addressRefused) }
        let asked = try await client.send(
            .init(for: .call, method: "GET", url: "http://example.com/")
        )
        #expect(asked.status == 200)
    }

    @Test func `nor for one that a redirect names`() async throws {
        let proxy = try ScriptedServer { request in
            request.target.contains("example.com")
                ? .answer("302 Found", ["Location: http://169.254.169.254/latest"])
                : .answer(body: "asked")
        }
        defer { proxy.stop() }
        let own = try AddressRange("127.0.0.1/32")
        let client = try OutboundClient(
            OutboundConfiguration(addressPolicy: .init(allow: [own]), proxy: proxy.url(""))
        )
        do {
            _ = try await client.send(
                OutboundRequest(
                    for: .call,
                    method: "GET",
                    url: "http://example.com/",
                    redirects: .safeMethods
                )
            )
            Issue.record("the redirect was followed")
        } catch { #expect(error.code == .addressRefused) }
    }

    @Test(arguments: ["http://localhost./", "http://a.LOCALHOST/", "http://127.1/"])
    func `a name of this machine is loopback`(_ url: String) throws {
        #expect(try OutboundURL(url).literalRefusal(AddressPolicy()) == "loopback")
        #expect(try OutboundURL(url).literalRefusal(.unrestricted) == nil)
        #expect(try OutboundURL("http://localhost.example/").literalRefusal(AddressPolicy()) == nil)
    }
}
