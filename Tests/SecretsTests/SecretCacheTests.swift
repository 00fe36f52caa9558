import Model
import Platform
import Testing

@testable import Secrets

@Suite struct SecretCacheTests {
    private static let start = MonotonicInstant(nanoseconds: 1)

    private static func key(_ number: Int) throws -> SecretCache.Key {
        let reference = try #require(SecretReference("env://BINDERY_SECRET_\(number)"))
        return SecretCache.Key(tenant: SampleTenant.acme, reference: reference, declaredFields: [])
    }

    private static func read() -> SecretCache.Read {
        SecretCache.Read { .success(Secret(fields: [])) }
    }

    private static func put(
        _ cache: inout SecretCache,
        _ key: SecretCache.Key,
        now: MonotonicInstant
    ) {
        var number: UInt64 = 0
        _ = cache.begin(key) { started in
            number = started
            return read()
        }
        _ = cache.end(key, number: number, .success(Secret(fields: [])), now: now)
    }

    @Test func `holds a bounded number of secrets, the newest`() throws {
        var cache = SecretCache()
        let count = SecretCache.readyCountMax + 1
        for number in 0..<count {
            let now = Self.start + .milliseconds(number)
            Self.put(&cache, try Self.key(number), now: now)
            #expect(cache.readyCount <= SecretCache.readyCountMax)
        }
        let now = Self.start + .milliseconds(count)
        guard case .nothing = cache.find(try Self.key(0), now: now) else {
            Issue.record("the oldest was let go")
            return
        }
        guard case .secret = cache.find(try Self.key(count - 1), now: now) else {
            Issue.record("the newest is held")
            return
        }
    }

    @Test func `a bounded number of reads begins`() throws {
        var cache = SecretCache()
        for number in 0..<SecretCache.readCountMax {
            guard case .nothing = cache.find(try Self.key(number), now: Self.start) else {
                Issue.record("there is room")
                return
            }
            _ = cache.begin(try Self.key(number)) { _ in Self.read() }
        }
        guard case .full = cache.find(try Self.key(-1), now: Self.start) else {
            Issue.record("there is no room")
            return
        }
        guard case .read = cache.find(try Self.key(0), now: Self.start) else {
            Issue.record("a read that has begun is joined")
            return
        }
    }

    @Test func `lets expired secrets go`() throws {
        var cache = SecretCache()
        Self.put(&cache, try Self.key(1), now: Self.start)
        #expect(cache.readyCount == 1)
        _ = cache.find(try Self.key(2), now: Self.start + SecretCache.lifetime * 3)
        #expect(cache.readyCount == 0)
    }
}
