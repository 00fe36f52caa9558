import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import Execution

/// What is sent for one call carries one idempotency key, whatever becomes of its access token.
@Suite struct OneKeyTests {
    /// A provider that reads the first payment and goes away, refuses the token of the second, and
    /// carries out the third.
    private func world() async throws -> ExecutionWorld {
        let count = Counter()
        let world = try await ExecutionWorld { request in
            if request.target == "/token" {
                return OAuthWorld.token("token-number-\(count.next(\.tokens))")
            }
            switch count.next(\.payments) {
            case 1: return [.close]
            case 2: return .answer("401 Unauthorized", body: "{}")
            default: return .answer(body: "{}")
            }
        }
        try world.write(
            #"{"clientId": "c", "clientSecret": "s3cr3t/of:client"}"#,
            to: "secret.json"
        )
        return world
    }

    private final class Counter: Sendable {
        struct Counts {
            var tokens = 0
            var payments = 0
        }
        private let counts = Mutex(Counts())

        func next(_ member: WritableKeyPath<Counts, Int>) -> Int {
            counts.withLock { counts in
                counts[keyPath: member] += 1
                return counts[keyPath: member]
            }
        }
    }

    private func spec(_ world: ExecutionWorld) throws -> IntegrationSpec {
        try world.spec(["idempotencyHeader": "Idempotency-Key"]) { spec in
            spec["secretSchema"] = nil
            spec["auth"] = [
                ["type": "oauth2", "tokenUrl": .string(world.provider.url("/token"))]
            ]
        }
    }

    private func keys(_ world: ExecutionWorld) -> [String?] {
        world.provider.requests.filter { $0.target != "/token" }
            .map { $0.header("idempotency-key") }
    }

    @Test func `a renewed token keeps the key that was made for the call`() async throws {
        let world = try await world()
        let result = try await world.success(try world.call(try spec(world)))
        #expect(result.attempts == 3)
        let keys = keys(world)
        #expect(keys.count == 3)
        #expect(Set(keys).count == 1)
        #expect(keys.first??.isEmpty == false)
    }

    @Test func `a renewed token keeps the caller's key`() async throws {
        let world = try await world()
        let call = try world.call(try spec(world)) { $0.idempotencyKey = "order-17" }
        #expect(try await world.success(call).attempts == 3)
        #expect(keys(world) == ["order-17", "order-17", "order-17"])
    }

    @Test func `two calls have two keys`() async throws {
        let world = try await world()
        for _ in 1...2 { _ = try await world.success(try world.call(try spec(world))) }
        #expect(keys(world).count == 4)
        #expect(Set(keys(world)).count == 2)
    }
}
