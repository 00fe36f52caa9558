import JSON
import Model
import Platform
import Testing

@testable import Execution

/// A caller that waits less than calls have by default finds nothing out about the provider.
@Suite struct HasteTests {
    private func world() async throws -> ExecutionWorld {
        var configuration = ExecutionConfiguration()
        configuration.timeout = .milliseconds(400)
        return try await ExecutionWorld(configuration: configuration) { _ in [.hold] }
    }

    private func breaker(_ world: ExecutionWorld, _ call: CapabilityCall) async -> JSONValue? {
        await world.executor.usage(of: call.connection, call.constraints)["breaker"]
    }

    @Test func `a caller's own haste opens no breaker`() async throws {
        let world = try await world()
        let hasty = try world.call(try world.spec()) { $0.timeout = .milliseconds(30) }
        for _ in 1...12 { _ = try await world.failure(hasty) }
        #expect(await breaker(world, hasty) == "closed")
    }

    @Test func `a provider that takes longer than calls have opens it`() async throws {
        let world = try await world()
        let call = try world.call(try world.spec()) { $0.timeout = .milliseconds(400) }
        for _ in 1...5 {
            #expect(try await world.failure(call).reason.code == "PROVIDER_TIMEOUT")
        }
        #expect(await breaker(world, call) == "open")
    }

    @Test func `what fails at once counts, however long the caller would wait`() async throws {
        let world = try await ExecutionWorld { _ in .answer("500 Broken") }
        let hasty = try world.call(try world.spec()) { $0.timeout = .seconds(20) }
        for _ in 1...5 { _ = try await world.failure(hasty) }
        #expect(await breaker(world, hasty) == "open")
    }
}
