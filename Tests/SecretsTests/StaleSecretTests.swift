import Model
import Platform
import Synchronization
import Testing
import Waiting

@testable import Secrets

/// What is served while a store is down, and for how long.
@Suite struct StaleSecretTests {
    private final class FickleStore: SecretStore {
        private let answer: Mutex<Result<String, SecretError>>
        private let counter = Mutex(0)

        init(_ text: String) { answer = Mutex(.success(text)) }

        var count: Int { counter.withLock { $0 } }

        func set(_ result: Result<String, SecretError>) { answer.withLock { $0 = result } }

        func read(
            _ reference: SecretReference,
            for tenant: TenantID
        ) async throws(SecretError) -> SecretBytes {
            counter.withLock { $0 += 1 }
            return SecretBytes(Array(try answer.withLock { $0 }.get().utf8))
        }
    }

    private final class ManualClock: Sendable {
        private let instant = Mutex(MonotonicInstant(nanoseconds: 1))
        var now: MonotonicInstant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    private let clock = ManualClock()
    private let store = FickleStore("old")
    private let events: EventList
    private let keeper: SecretKeeper
    private let reference: SecretReference

    private final class EventList: Sendable {
        private let events = Mutex<[SecretStoreEvent]>([])
        var all: [SecretStoreEvent] { events.withLock { $0 } }
        func add(_ event: SecretStoreEvent) { events.withLock { $0.append(event) } }
    }

    init() throws {
        reference = try #require(SecretReference("env://BINDERY_SECRET_X"))
        let events = EventList()
        self.events = events
        keeper = SecretKeeper(
            stores: [.env: store],
            staleTime: .seconds(300),
            tell: { events.add($0) },
            now: { [clock] in clock.now }
        )
    }

    private func read() async throws -> String? {
        try await keeper.secret(reference, of: SampleTenant.acme, declaredFields: ["k"]).field("k")
    }

    private func fail(_ code: SecretError.Code) {
        store.set(.failure(SecretError(code, reference, "is away")))
    }

    private func refusal() async -> SecretError.Code? {
        await #expect(throws: SecretError.self) { try await read() }?.code
    }

    /// Reads that nobody waits for, until one of them has brought what the store has now.
    ///
    /// The clock goes on meanwhile: a read that began before the store was back may fail last, and
    /// then there is no other one within the interval.
    private func readUntil(_ text: String) async throws {
        try await Wait.until("the secret \(text)") {
            if try await read() == text { return true }
            clock.advance(SecretCache.retryInterval)
            return false
        }
    }

    @Test func `a store that is down is stood in for within the bound, and not beyond`()
        async throws
    {
        #expect(try await read() == "old")
        fail(.unavailable)
        clock.advance(SecretKeeper.lifetime)
        #expect(try await read() == "old")
        clock.advance(.seconds(300) - .nanoseconds(1))
        #expect(try await read() == "old")
        clock.advance(.nanoseconds(1))
        #expect(await refusal() == .unavailable)
        store.set(.success("new"))
        #expect(try await read() == "new")
    }

    @Test func `an outage is told once, and its end`() async throws {
        #expect(try await read() == "old")
        fail(.unavailable)
        for _ in 0..<4 {
            clock.advance(SecretKeeper.lifetime)
            #expect(try await read() == "old")
        }
        let detail = "\(reference.text): is away"
        #expect(events.all == [.down(.env, detail: detail)])
        #expect(keeper.statistics.first?.isDown == true)
        #expect((keeper.statistics.first?.staleCount ?? 0) >= 4)
        store.set(.success("new"))
        clock.advance(SecretKeeper.lifetime)
        try await readUntil("new")
        #expect(events.all == [.down(.env, detail: detail), .back(.env)])
        #expect(keeper.statistics.first?.isDown == false)
    }

    @Test(arguments: [SecretError.Code.notFound, .forbidden, .malformed])
    func `what the store refuses is never stood in for`(_ code: SecretError.Code) async throws {
        #expect(try await read() == "old")
        fail(code)
        clock.advance(SecretKeeper.lifetime)
        #expect(await refusal() == code)
        // It was refused: a store that goes down behind that brings nothing back.
        fail(.unavailable)
        #expect(await refusal() == .unavailable)
    }

    @Test func `a refusal during an outage ends the standing in`() async throws {
        #expect(try await read() == "old")
        fail(.unavailable)
        clock.advance(SecretKeeper.lifetime)
        #expect(try await read() == "old")
        fail(.forbidden)
        clock.advance(SecretCache.retryInterval)
        try await Wait.until("the refusal") {
            do {
                _ = try await read()
                return false
            } catch let error as SecretError {
                #expect(error.code == .forbidden)
                return true
            }
        }
    }

    @Test func `nobody waits for a store that is known to be down, and it is not flooded`()
        async throws
    {
        #expect(try await read() == "old")
        fail(.unavailable)
        clock.advance(SecretKeeper.lifetime)
        #expect(try await read() == "old")
        let count = store.count
        for _ in 0..<1000 { #expect(try await read() == "old") }
        #expect(store.count == count)
    }

    @Test func `what was invalidated is not served while the store is down`() async throws {
        #expect(try await read() == "old")
        fail(.unavailable)
        keeper.invalidate(reference)
        #expect(await refusal() == .unavailable)
    }

    @Test func `a bound of nothing serves nothing stale`() async throws {
        let keeper = SecretKeeper(stores: [.env: store], now: { [clock] in clock.now })
        let fields: Set = ["k"]
        _ = try await keeper.secret(reference, of: SampleTenant.acme, declaredFields: fields)
        fail(.unavailable)
        clock.advance(SecretKeeper.lifetime)
        let error = await #expect(throws: SecretError.self) {
            try await keeper.secret(reference, of: SampleTenant.acme, declaredFields: fields)
        }
        #expect(error?.code == .unavailable)
    }

    @Test func `what one tenant has read is not another's`() async throws {
        _ = try await read()
        _ = try await keeper.secret(reference, of: SampleTenant.other, declaredFields: ["k"])
        #expect(store.count == 2)
    }
}
