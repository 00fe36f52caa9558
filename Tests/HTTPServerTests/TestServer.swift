import HTTPWire
import Platform

@testable import HTTPServer

/// A server on a free loopback port, for the time of one test.
struct TestServer {
    typealias Route = @Sendable (HTTPRequest) -> HTTPHandling

    let server: HTTPServer
    /// The first of `addresses`.
    let address: SocketAddress
    let addresses: [SocketAddress]

    /// Serves `route` while `body` runs, then drains.
    static func run(
        _ route: @escaping Route,
        loopCount: Int = 1,
        configure: (inout ServerConfiguration) -> Void = { _ in },
        body: (TestServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(address: SocketAddress(host: "127.0.0.1", port: 0))
        configuration.loopCount = loopCount
        configuration.deadlines.drainIdle = .milliseconds(20)
        configuration.deadlines.drain = .seconds(5)
        configure(&configuration)
        let server = HTTPServer(configuration: configuration, handler: TestHandler(route: route))
        let addresses = try server.start()
        do {
            try await body(TestServer(server: server, address: addresses[0], addresses: addresses))
        } catch {
            await server.drain()
            throw error
        }
        await server.drain()
    }

    func connect() throws -> WireClient { try WireClient(address) }

    /// Waits until the server has no connection left.
    func waitUntilEmpty() async throws {
        try await Patience.wait { server.statistics.accepted > 0 && server.statistics.peers == 0 }
    }
}

/// Answers by a function, and refusals by their code and detail.
struct TestHandler: HTTPHandler {
    let route: TestServer.Route

    func handle(_ request: HTTPRequest) -> HTTPHandling { route(request) }

    func refuse(_ refusal: HTTPRefusal) -> HTTPResponse {
        let fields = refusal.requestID.map { id in [HTTPField("X-Request-ID", id)] } ?? []
        let body = Array("\(refusal.code): \(refusal.detail)".utf8)
        return HTTPResponse(status: refusal.status, headers: fields, body: .bytes(body))
    }

    /// Answers with the path, and with the body behind it.
    static let echo: TestServer.Route = { request in .answer(echoed(request)) }

    static func echoed(_ request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(status: 200, body: .bytes(Array(request.path.utf8) + request.body))
    }
}

extension HTTPHandling {
    /// An answer of 200 with this text.
    static func text(_ text: String) -> HTTPHandling {
        .answer(HTTPResponse(status: 200, body: .bytes(Array(text.utf8))))
    }
}
