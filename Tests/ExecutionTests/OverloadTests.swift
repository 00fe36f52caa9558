import JSON
import Model
import Platform
import Testing

@testable import Execution

/// This server's own lack of room is nobody else's fault.
@Suite struct OverloadTests {
    /// A world with room for one request, which a call of another connection has.
    private func busyWorld() async throws -> (ExecutionWorld, Task<Void, Never>) {
        let world = try await ExecutionWorld(inFlightCountMax: 1) { _ in [.hold] }
        let other = try Connection(
            .object([
                "meta": [
                    "id": "conn_b", "tenantId": "acme", "integrationKey": "payments.test",
                    "integrationVersion": 1, "environment": "production",
                ], "ownershipMode": "byok", "secretRef": "file://secret.json",
            ]),
            tenant: nil,
            id: nil
        )
        let call = try world.call(try world.spec(), connection: other)
        let hanging = Task { _ = await world.executor.execute(call) }
        try await world.provider.received(1)
        return (world, hanging)
    }

    @Test func `who gets no turn in time says nothing of the provider`() async throws {
        let (world, hanging) = try await busyWorld()
        let call = try world.call(try world.spec(["safe": true])) { $0.timeout = .milliseconds(20) }
        for _ in 1...6 {
            let failure = try await world.failure(call)
            #expect(failure.reason == .overloaded(.callsInFlight))
            #expect(failure.reason.code == "OVERLOADED")
            #expect(failure.reason.status == 503)
            #expect(failure.reason.retryAfterSeconds == 1)
            #expect(failure.members["limit"] == "callsInFlight")
            #expect(failure.attempts == 0)
            #expect(!failure.mayHaveReachedProvider)
        }
        let usage = await world.executor.usage(of: call.connection, call.constraints)
        #expect(usage["breaker"] == "closed")
        #expect(world.provider.requests.count == 1)
        world.provider.release()
        await hanging.value
    }

    @Test func `a health check that gets no turn finds nothing out`() async throws {
        let (world, hanging) = try await busyWorld()
        let spec = try world.spec(["method": "GET", "body": nil, "encoding": nil]) {
            $0["healthCheck"] = [
                "operation": "test.pay", "timeoutMs": 20, "unhealthyAfter": 1,
            ]
        }
        let question = HealthQuestion(try SampleSpec.connection(), spec, config: [:])
        let probe = try #require(await world.health.probe(question))
        #expect(probe.saysNothing)
        #expect(probe.health(after: .unknown) == .unknown)
        world.provider.release()
        await hanging.value
    }
}
