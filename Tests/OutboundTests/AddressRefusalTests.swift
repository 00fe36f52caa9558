import Testing

@testable import Outbound

/// The address policy where it counts: at the socket, after the name is resolved.
@Suite struct AddressRefusalTests {
    @Test(arguments: [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "[::1]",
        "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    ])
    func `nothing reaches this machine, however its address is written`(
        _ host: String
    ) async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let request = OutboundRequest(for: .call, method: "GET", url: server.url(host: host))
        let error = try await Loopback.failure(of: request, by: try Loopback.client(allow: []))
        #expect(error.code == .addressRefused)
        #expect(!error.mayHaveReachedServer)
        #expect(server.connectionCount == 0)
    }

    @Test(arguments: [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00:ec2::254]",
        "[fe80::1]", "[64:ff9b::a9fe:a9fe]", "224.0.0.1", "255.255.255.255",
    ])
    func `no special address is connected to`(_ host: String) async throws {
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: "http://\(host)/latest/meta-data/"
        )
        let error = try await Loopback.failure(of: request, by: try Loopback.client())
        #expect(error.code == .addressRefused)
        #expect(!error.mayHaveReachedServer)
    }

    @Test func `a mapped address passes where what it stands for is allowed`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let client = try Loopback.client(allow: ["127.0.0.0/8"])
        let url = server.url(host: "[::ffff:127.0.0.1]")
        #expect(try await client.send(.init(for: .call, method: "GET", url: url)).status == 200)
    }

    @Test func `another address of the name may still be used`() async throws {
        // The name has both addresses on most machines; only the second may be connected to.
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let client = try Loopback.client(allow: ["127.0.0.1"])
        let url = server.url(host: "localhost")
        #expect(try await client.send(.init(for: .call, method: "GET", url: url)).status == 200)
    }

    @Test func `an unrestricted client connects anywhere`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let client = try OutboundClient(.init(addressPolicy: .unrestricted))
        #expect(
            try await client.send(.init(for: .call, method: "GET", url: server.url())).status == 200
        )
    }

    @Test(arguments: ["127.0.0.2", "localhost.", "[::1]", "169.254.169.254"])
    func `a redirect is judged like the request`(_ host: String) async throws {
        let server = try ScriptedServer { _ in .redirect(to: "http://\(host):1/") }
        defer { server.stop() }
        let client = try Loopback.client(allow: ["127.0.0.1"])
        var request = OutboundRequest(for: .call, method: "GET", url: server.url())
        request.redirects = .safeMethods
        let error = try await Loopback.failure(of: request, by: client)
        #expect(error.code == (host == "localhost." ? .unreachable : .addressRefused))
        #expect(error.mayHaveReachedServer)
    }
}
