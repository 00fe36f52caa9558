import HTTPWire
import Synchronization
import Testing
import Waiting

@testable import HTTPServer

/// What one connection can make the server hold.
@Suite struct BackPressureTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Sends until the socket has taken nothing for a while; answers how much it took.
    private static func sendUntilFull(_ client: WireClient, _ piece: [UInt8]) async throws -> Int {
        var (total, refusals) = (0, 0)
        while refusals < 50, total < 512 << 20 {
            let count = client.sendNow(piece)
            total += count
            refusals = count == 0 ? refusals + 1 : 0
            if count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        return total
    }

    @Test func `a pipeline behind a running request is not read on`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.inputByteCountMax = 4_096
        }
        try await TestServer.run(route, configure: configure) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            try await Patience.wait { gate.arrivalCount == 1 }
            let pipeline = Array(String(repeating: Self.get, count: 2_000).utf8)
            // The kernel's two buffers take some megabytes, the server one receive.
            let sent = try await Self.sendUntilFull(client, pipeline)
            #expect(sent < 64 << 20)
            #expect(server.server.statistics.requests == 1)
            gate.open()
        }
    }

    @Test func `answers that are not read stop the serving of further requests`() async throws {
        let body = [UInt8](repeating: 0x61, count: 1 << 10)
        let route: TestServer.Route = { _ in
            .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.outputByteCountMax = 16 << 10
        }
        try await TestServer.run(route, configure: configure) { server in
            let client = try server.connect()
            let pipeline = Array(String(repeating: Self.get, count: 2_000).utf8)
            let sent = try await Self.sendUntilFull(client, pipeline)
            #expect(sent < 64 << 20)
            let served = server.server.statistics.requests
            #expect(served < sent / Self.get.utf8.count)
            try await Task.sleep(for: .milliseconds(50))
            #expect(server.server.statistics.requests == served)
        }
    }

    @Test(arguments: [16 << 10, 1 << 20])
    func `a stream is written ahead of its reader by its bound and no more`(
        _ byteCountMax: Int
    ) async throws {
        let written = Atomic<Int>(0)
        let piece = [UInt8](repeating: 0x61, count: 1 << 10)
        let route: TestServer.Route = { _ in
            let body: @Sendable (HTTPBodyWriter) async throws -> Void = { writer in
                while written.load(ordering: .relaxed) < 256 << 20 {
                    try await writer.write(piece)
                    written.add(piece.count, ordering: .relaxed)
                }
            }
            return .answer(HTTPResponse(status: 200, body: .stream(body)))
        }
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.outputByteCountMax = byteCountMax
        }
        try await TestServer.run(route, configure: configure) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            var last = -1
            let deadline = Deadline("a writer that is held back")
            while last != written.load(ordering: .relaxed) {
                last = written.load(ordering: .relaxed)
                try await deadline.pause(.milliseconds(200))
            }
            #expect((1..<(64 << 20)).contains(last))
        }
    }
}
