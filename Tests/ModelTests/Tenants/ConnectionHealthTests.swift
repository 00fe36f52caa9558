import Testing

@testable import Model

@Suite struct ConnectionHealthTests {
    private func check(healthyAfter: Int) -> HealthCheck {
        HealthCheck(
            operation: OperationID(checked: "test.ping"),
            timeoutMilliseconds: 5000,
            intervalSeconds: 60,
            unhealthyAfter: 3,
            healthyAfter: healthyAfter
        )
    }
    private let start = Timestamp(milliseconds: 1_709_247_600_000)

    /// The health after checks at these seconds; `true` is one that succeeded.
    private func health(
        _ checks: [(second: Int, hasSucceeded: Bool)],
        from first: ConnectionHealth = .unknown,
        healthyAfter: Int = 1
    ) -> ConnectionHealth {
        let check = check(healthyAfter: healthyAfter)
        return checks.reduce(first) { health, one in
            let at = start + .seconds(one.second)
            if one.hasSucceeded {
                return health.afterSuccess(at: at, latencyMilliseconds: 1, check: check)
            }
            return health.afterFailure(
                at: at,
                latencyMilliseconds: 1,
                code: "PROVIDER_ERROR",
                message: "no",
                check: check
            )
        }
    }

    @Test func `failures degrade, and one more than the last but one takes it out of service`() {
        let words = (1...4)
            .map { count in health((1...count).map { ($0 * 60, false) }).status }
        #expect(words == [.degraded, .degraded, .unhealthy, .unhealthy])
    }

    @Test func `an unhealthy connection is healthy after two successes, and a failure begins anew`()
    {
        let down = health([(0, false), (60, false), (120, false)])
        func status(_ checks: [(Int, Bool)]) -> ConnectionHealth.Status {
            health(checks, from: down, healthyAfter: 2).status
        }
        #expect(status([(180, true)]) == .degraded)
        #expect(status([(180, true), (240, true)]) == .healthy)
        #expect(status([(180, true), (240, false), (300, true)]) == .degraded)
        #expect(status([(180, true), (240, false), (300, true), (360, true)]) == .healthy)
    }

    @Test func `a change of status is a transition, and staying is none`() {
        let health = health([(0, true), (60, true), (120, false), (180, false), (240, false)])
        #expect(health.transitions.map(\.from) == [.unknown, .healthy, .degraded])
        #expect(health.transitions.map(\.to) == [.healthy, .degraded, .unhealthy])
        #expect(health.transitions.map(\.errorCode) == [nil, "PROVIDER_ERROR", "PROVIDER_ERROR"])
        #expect(health.newTransition?.to == .unhealthy)
        #expect(self.health([(300, false)], from: health).newTransition == nil)
    }

    /// Up and down, six changes of status behind the first check.
    private let flapping: [(Int, Bool)] = (0...6).map { ($0 * 60, $0 % 2 == 0) }

    @Test func `five changes are none too many, and the sixth is flapping`() {
        let few = health(Array(flapping.prefix(6)))
        #expect(few.transitions.count == 6)
        #expect(few.status == .degraded)
        #expect(!few.isFlapping(at: start + .seconds(360)))
        // A success heals it the last time, the failure behind it is one change more.
        let calm = health(flapping)
        #expect(calm.status == .healthy)
        let failed = health([(420, false)], from: calm)
        #expect(failed.isFlapping(at: start + .seconds(480)))
        let held = health([(480, true), (540, true)], from: failed)
        #expect(held.status == .degraded)
        #expect(held.consecutiveFailures == 0)
        #expect(held.newTransition == nil)
    }

    @Test func `what flapped is healthy when no check failed for ten minutes`() {
        let failed = health(flapping + [(420, false)])
        let checks = stride(from: 480, through: 1019, by: 60).map { ($0, true) }
        let held = health(checks, from: failed)
        #expect(held.status == .degraded)
        #expect(health([(1019, true)], from: held).status == .degraded)
        #expect(health([(1020, true)], from: held).status == .healthy)
    }

    @Test func `damping does not keep a dead connection in service`() {
        let failed = health(flapping + [(420, false)])
        #expect(health([(480, false), (540, false)], from: failed).status == .unhealthy)
    }

    @Test func `old changes are forgiven`() {
        let failed = health(flapping + [(420, false)])
        // The failure is long ago, and so are the changes before it.
        let later = 420 + 1800
        #expect(health([(later, true), (later + 60, true)], from: failed).status == .healthy)
        let calm = health([(later, true)], from: failed)
        let anew = health([(later + 120, false), (later + 180, true)], from: calm)
        #expect(anew.status == .healthy)
    }

    @Test func `no more transitions are kept than the bound, the newest`() {
        // Far apart, so that none is damped.
        let checks = (0..<101).map { ($0 * 3600, $0 % 2 == 0) }
        let health = health(checks)
        #expect(health.transitions.count == HealthTransition.countMax)
        #expect(health.transitions.last?.at == start + .seconds(100 * 3600))
        #expect(health.transitions.first?.at == start + .seconds(21 * 3600))
    }

    @Test func `another secret leaves nothing but the history`() {
        let health = health([(0, false)]).forgotten
        #expect(health.status == .unknown)
        #expect(health.checkedAt == nil)
        #expect(health.lastFailureAt == nil)
        #expect(health.transitions.count == 1)
        #expect(health.newTransition == nil)
    }
}
