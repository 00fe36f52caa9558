import Glibc
import JSON
import Testing
import Waiting

/// SIGTERM ends a server in order (API section 9).
@Suite struct DrainTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a call under way is answered before the process ends`(_ signal: Int32) async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let process = try world.server.process
        async let answer = world.execute()
        try await Wait.until("the provider is called") { !provider.requests.isEmpty }
        process.signal(signal)
        try await Wait.until("nobody is let in any more") { !isListening(world.server) }
        #expect(process.isRunning)
        provider.release()
        let whole = try await answer
        #expect(whole.status == 200, "\(whole)")
        #expect(whole.json["output"] == ["id": "ch_1"])
        #expect(try await process.ending() == .exit(0))
    }

    private func isListening(_ server: BinderyServer) -> Bool {
        do {
            _ = try server.connect()
            return true
        } catch {
            return false
        }
    }

    @Test func `a call that does not end is cut off after the drain time`() async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url, flags: ["--drain-seconds", "1"])
        let process = try world.server.process
        let answer = Task { try await world.execute() }
        try await Wait.until("the provider is called") { !provider.requests.isEmpty }
        process.signal(SIGTERM)
        #expect(try await process.ending() == .exit(0))
        await #expect(throws: (any Error).self) { try await answer.value }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a second signal ends the process at once`(_ signal: Int32) async throws {
        let provider = try ScriptedProvider { _ in .hold }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url, flags: ["--drain-seconds", "3600"])
        let process = try world.server.process
        let answer = Task { try await world.execute() }
        try await Wait.until("the provider is called") { !provider.requests.isEmpty }
        process.signal(SIGTERM)
        try await Wait.until("nobody is let in any more") { !isListening(world.server) }
        #expect(process.isRunning)
        process.signal(signal)
        #expect(try await process.ending() == .exit(1))
        await #expect(throws: (any Error).self) { try await answer.value }
    }

    @Test func `no request that was sent before the end is left without its answer`() async throws {
        let server = try await BinderyServer.started(flags: ["--deadlines-drain-idle-ms", "2000"])
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { try await Self.askUntilClosed(server) }
            }
            try await Task.sleep(for: .milliseconds(200))
            try server.process.signal(SIGTERM)
            return try await group.reduce(0, +)
        }
        #expect(answered > 8)
        #expect(try await server.process.ending() == .exit(0))
    }

    /// Asks one request after another on one connection until an answer says that it closes; an
    /// answer that is cut or missing is an error.
    private static func askUntilClosed(_ server: BinderyServer) async throws -> Int {
        let connection = try server.connect()
        var count = 0
        while true {
            let answer = try await server.send("GET", "/readyz", on: connection)
            count += 1
            guard answer["connection"] != "close" else { return count }
        }
    }

    @Test func `an idle server ends at once, and with open idle connections too`() async throws {
        let server = try await BinderyServer.started()
        let idle = try server.connect()
        _ = try await server.send("GET", "/livez", on: idle)
        #expect(try await server.end(SIGTERM) == .exit(0))
        #expect(server.log.contains("server.stopped"))
    }
}
