import Platform
import Testing

@testable import Outbound

/// What the tests against servers on loopback have in common.
enum Loopback {
    /// A client that may connect to loopback addresses.
    static func client(
        allow: [String] = ["127.0.0.0/8", "::1"],
        inFlightCountMax: Int = 1024,
        waitingCountMax: Int = 4096,
        reservedCount: Int = 0
    ) throws -> OutboundClient {
        var configuration = OutboundConfiguration()
        configuration.addressPolicy = AddressPolicy(allow: try allow.map(AddressRange.init(_:)))
        configuration.inFlightCountMax = inFlightCountMax
        configuration.waitingCountMax = waitingCountMax
        configuration.reservedCount = reservedCount
        return try OutboundClient(configuration)
    }

    /// A port on which nothing listens.
    static func closedPort() throws -> UInt16 {
        // The listener closes when it is let go at the end of this function.
        try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0)).address.port
    }

    /// The failure of a request that is expected to have one.
    static func failure(
        of request: OutboundRequest,
        by client: OutboundClient
    ) async throws -> OutboundError {
        let error = await #expect(throws: OutboundError.self) { try await client.send(request) }
        return try #require(error)
    }
}
