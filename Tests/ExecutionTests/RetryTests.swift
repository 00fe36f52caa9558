import Audit
import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import Execution

@Suite struct RetryTests {
    /// A provider that answers the scripts in turn, the last one ever after.
    private func world(
        _ scripts: [[FakeProvider.Step]],
        _ configuration: ExecutionConfiguration = ExecutionConfiguration()
    ) async throws -> ExecutionWorld {
        let count = Atomic<Int>(0)
        let box = Box(count)
        return try await ExecutionWorld(configuration: configuration) { _ in
            let index = box.count.wrappingAdd(1, ordering: .relaxed).oldValue
            return scripts[min(index, scripts.count - 1)]
        }
    }

    private final class Box: Sendable {
        let count: Atomic<Int>
        init(_ count: consuming Atomic<Int>) { self.count = count }
    }

    private static let broken = [FakeProvider.Step].answer("503 Broken")
    private static let good = [FakeProvider.Step].answer(body: "{}")

    @Test(arguments: ["502 Bad", "503 Broken", "504 Late", "429 Slow", "409 Conflict"])
    func `a safe call is tried again`(_ status: String) async throws {
        let world = try await world([.answer(status), .answer(status), Self.good])
        let spec = try world.spec(["safe": true, "errors": ["retryable": [409]]])
        let result = try await world.success(try world.call(spec))
        #expect(result.attempts == 3)
        #expect(world.manual.waits == [.milliseconds(200), .milliseconds(400)])
        #expect(try await world.record(result.auditID).json["attempts"] == 3)
    }

    @Test func `three attempts are the most`() async throws {
        let world = try await world([Self.broken])
        let failure = try await world.failure(try world.call(try world.spec(["safe": true])))
        #expect(failure.attempts == 3)
        #expect(world.provider.requests.count == 3)
        guard case .providerError(let error) = failure.reason else { throw failure }
        #expect(error.status == 503)
    }

    @Test(arguments: ["500 Broken", "400 Bad", "409 Conflict", "501 No"])
    func `other statuses are not tried again`(_ status: String) async throws {
        let world = try await world([.answer(status), Self.good])
        let failure = try await world.failure(try world.call(try world.spec(["safe": true])))
        #expect(failure.attempts == 1)
    }

    @Test(arguments: [broken, [.close]])
    func `an unsafe call that reached the provider is not sent twice`(
        _ script: [FakeProvider.Step]
    ) async throws {
        let world = try await world([script, Self.good])
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.attempts == 1)
        #expect(world.provider.requests.count == 1)
    }

    @Test(arguments: [broken, [.close]])
    func `with a key of its own it is, and the key is the same`(
        _ script: [FakeProvider.Step]
    ) async throws {
        let world = try await world([script, Self.good])
        let spec = try world.spec(["idempotencyHeader": "Idempotency-Key"])
        #expect(try await world.success(try world.call(spec)).attempts == 2)
        let keys = Set(world.provider.requests.map { $0.header("idempotency-key") })
        #expect(keys.count == 1)
        #expect(keys.first??.isEmpty == false)
    }

    @Test(arguments: ["PUT", "DELETE", "GET"])
    func `an idempotent method is tried again`(_ method: String) async throws {
        let world = try await world([Self.broken, [.close], Self.good])
        let spec = try world.spec(["method": .string(method), "body": nil, "encoding": nil])
        _ = try await world.success(try world.call(spec))
        // A GET whose pooled connection dies is repeated below, as a part of its attempt.
        #expect(world.provider.requests.count == 3)
    }

    @Test func `the provider's own wait is kept`() async throws {
        let world = try await world([.answer("429 Slow", ["Retry-After: 7"]), Self.good])
        let result = try await world.success(try world.call(try world.spec(["safe": true])))
        #expect(result.attempts == 2)
        #expect(world.manual.waits == [.seconds(7)])
    }

    @Test func `a wait beyond the deadline is not begun`() async throws {
        let world = try await world([.answer("429 Slow", ["Retry-After: 31"]), Self.good])
        let failure = try await world.failure(try world.call(try world.spec(["safe": true])))
        #expect(failure.attempts == 1)
        #expect(failure.reason.code == "PROVIDER_ERROR")
        #expect(world.manual.waits.isEmpty)
    }

    @Test func `a further attempt takes a token, or there is none`() async throws {
        let world = try await world([Self.broken])
        let connection = try SampleSpec.connection(limits: ["rateLimit": ["rpm": 2]])
        let call = try world.call(try world.spec(["safe": true]), connection: connection)
        #expect(try await world.failure(call).attempts == 2)
        #expect(try await world.failure(call).reason.code == "RATE_LIMITED")
    }

    @Test func `the backoff doubles up to its limit, by chance shorter`() throws {
        let spec = try SampleSpec.spec(operation: ["safe": true])
        let rule = RetryRule(try SampleSpec.pay(spec), ExecutionConfiguration())
        let clock = ManualClock().clock(fraction: 0.5)
        let waits = [1, 2, 3, 5, 6, 60].map { rule.backoff($0, clock) }
        #expect(waits == [100, 200, 400, 1600, 2500, 2500].map { .milliseconds($0) })
    }
}
