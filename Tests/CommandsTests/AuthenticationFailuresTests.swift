import JSON
import Model
import Testing

@testable import Commands

@Suite struct AuthenticationFailuresTests {
    private static let minute = Timestamp(
        milliseconds: CommandBench.now.milliseconds / 60_000 * 60_000
    )

    private func fail(_ bench: CommandBench, _ token: String, from address: String) -> CommandError?
    {
        do throws(CommandError) {
            _ = try bench.services.authentication.caller(
                token: token,
                address: address,
                now: Self.minute
            )
            return nil
        } catch {
            return error
        }
    }

    /// A key of the same id with another secret.
    private func forged(_ key: String) -> String {
        while true {
            let parts = key.split(separator: "_")
            let other = APIKey.make().text.split(separator: "_")
            let text = APIKey.text(id: String(parts[1]), secret: String(other[2].dropLast(6)))
            if text != key { return text }
        }
    }

    @Test func `a key's failures are limited from wherever, and its holder never`() async throws {
        let bench = try await CommandBench { $0.failuresPerKeyAndMinute = 3 }
        let key = try await bench.key(AuthenticationTests.runtime)
        let wrong = forged(key)
        for index in 1...3 {
            #expect(fail(bench, wrong, from: "192.0.2.\(index)")?.code == "UNAUTHENTICATED")
        }
        let refused = fail(bench, wrong, from: "192.0.2.99")
        #expect(refused?.code == "TOO_MANY_FAILURES")
        #expect(refused?.rateLimit?.name == "failuresPerKey" && refused?.rateLimit?.quota == 3)
        #expect(refused?.retryAfterSeconds == 60)
        // The holder gets in, from its own address and from the attacker's.
        for address in ["198.51.100.1", "192.0.2.99"] {
            #expect(fail(bench, key, from: address) == nil)
        }
        // Another key is not concerned.
        let other = try await bench.key(AuthenticationTests.runtime)
        #expect(fail(bench, forged(other), from: "192.0.2.50")?.code == "UNAUTHENTICATED")
    }

    @Test func `a key that does not exist is limited alike`() async throws {
        let bench = try await CommandBench { $0.failuresPerKeyAndMinute = 1 }
        let unknown = APIKey.make().text
        #expect(fail(bench, unknown, from: "192.0.2.1")?.code == "UNAUTHENTICATED")
        #expect(fail(bench, unknown, from: "192.0.2.2")?.code == "TOO_MANY_FAILURES")
    }

    @Test func `addresses of one IPv6 network fail together, and of two apart`() async throws {
        let bench = try await CommandBench { $0.failuresPerMinute = 2 }
        let codes = [
            "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::2", "2001:db8:1:3::1",
            "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2",
        ]
        .map { fail(bench, "nonsense", from: $0)?.code }
        let (no, limit) = ("UNAUTHENTICATED", "TOO_MANY_FAILURES")
        #expect(codes == [no, no, limit, no, no, no, limit, no])
    }

    @Test func `refusals are counted by reason and by limit`() async throws {
        let bench = try await CommandBench {
            $0.failuresPerMinute = 2
            $0.failuresPerKeyAndMinute = 1
        }
        let key = forged(try await bench.key(AuthenticationTests.runtime))
        _ = fail(bench, "nonsense", from: "192.0.2.1")
        for _ in 1...2 { _ = fail(bench, key, from: "192.0.2.1") }
        _ = fail(bench, key, from: "192.0.2.2")
        let text = bench.services.metricsText()
        for line in [
            #"bindery_authentication_failures_total{kind="key",reason="malformed"} 1"#,
            #"bindery_authentication_failures_total{kind="key",reason="wrongSecret"} 3"#,
            #"bindery_authentication_limited_total{limit="failures"} 1"#,
            #"bindery_authentication_limited_total{limit="failuresPerKey"} 1"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}
