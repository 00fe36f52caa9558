import JSON
import Model
import Testing

@testable import Execution

@Suite struct LearnedLimitTests {
    private func world(
        _ status: String,
        _ headers: [String]
    ) async throws -> ExecutionWorld {
        try await ExecutionWorld { _ in .answer(status, headers, body: "{}") }
    }

    /// Calls once, and answers whether the provider's word keeps a second call back.
    private func held(_ world: ExecutionWorld) async throws -> Int? {
        let spec = try world.spec()
        _ = await world.executor.execute(try world.call(spec))
        guard case .failure(let failure) = await world.executor.execute(try world.call(spec)) else {
            return nil
        }
        guard case .limited(.rate, let name, let seconds) = failure.reason else { return nil }
        #expect(name == "provider")
        #expect(world.provider.requests.count == 1)
        #expect(failure.members["limit"] == "provider")
        return seconds
    }

    @Test(arguments: [
        ("200 OK", ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"]),
        ("200 OK", ["RateLimit-Remaining: 0", "RateLimit-Reset: 30"]),
        ("429 Slow", ["Retry-After: 30"]),
        ("429 Slow", ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"]),
        ("402 Pay", ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"]),
        ("200 OK", ["RateLimit: \"x\";r=0;t=30"]),
        ("200 OK", ["RateLimit: limit=10, remaining=0, reset=30"]),
        ("200 OK", ["RateLimit: \"a;,\";r=0;t=7, \"b\";r=0;t=30 , c;r=5;t=600"]),
        ("429 Slow", ["RateLimit: default ; r=0 ; t=30;pk=:YQ==:"]),
    ])
    func `a provider that has nothing left is left alone`(
        _ status: String,
        _ headers: [String]
    ) async throws {
        #expect(try await held(try await world(status, headers)) == 30)
    }

    @Test(arguments: [
        ("200 OK", ["X-RateLimit-Remaining: 1", "X-RateLimit-Reset: 30"]),
        ("200 OK", ["X-RateLimit-Remaining: 0"]), ("429 Slow", []),
        ("200 OK", ["Retry-After: 30"]),
        ("200 OK", ["RateLimit: \"x\";r=1;t=30"]), ("200 OK", ["RateLimit: \"x\";r=0"]),
        ("200 OK", ["RateLimit: \"x;r=0;t=30"]), ("200 OK", ["RateLimit: r=0;t=30"]),
        ("200 OK", ["RateLimit: limit=10, remaining=0"]), ("200 OK", ["RateLimit: ,;=,"]),
        ("200 OK", ["RateLimit: \"x\";r=0;t=-1"]), ("200 OK", ["RateLimit: \"x\";r=0.0;t=30"]),
        ("200 OK", ["RateLimit: \"x\";r=0;t=9999999999999999"]),
        ("200 OK", ["X-RateLimit-Remaining: none", "X-RateLimit-Reset: soon"]),
        ("200 OK", ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1000000000"]),
        ("200 OK", ["X-RateLimit-Remaining: 99999999999999999999", "X-RateLimit-Reset: -5"]),
    ])
    func `what says nothing, or nothing that can be read, keeps no call back`(
        _ status: String,
        _ headers: [String]
    ) async throws {
        #expect(try await held(try await world(status, headers)) == nil)
    }

    @Test func `of several policies the tightest is shown, with what its policy allows`() {
        let policies = "\"burst\";q=10;w=1, \"day\";q=500;w=86400"
        let field = RateLimitField("\"burst\";r=3;t=1, \"day\";r=2;t=60", policy: policies)
        #expect(field?.limit == 500)
        #expect(field?.remaining == 2)
        #expect(field?.resetSeconds == 60)
        #expect(RateLimitField("\"day\";r=2;t=60", policy: nil)?.limit == nil)
        // What is behind the sixteenth policy is not looked at.
        let many = Array(repeating: "\"x\";r=9;t=1", count: 16).joined(separator: ",")
        #expect(RateLimitField(many + ",\"y\";r=0;t=9", policy: nil)?.remaining == 9)
    }

    @Test func `a provider's word has a bound`() async throws {
        let world = try await world("429 Slow", ["Retry-After: 999999"])
        #expect(try await held(world) == 3600)
    }
}
