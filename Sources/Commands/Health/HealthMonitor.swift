public import Execution
import Ledger
import Model
import Platform
import Synchronization

/// Checks connections in the background, for as long as the server runs.
///
/// Every active connection whose spec has a health check is a target of the scheduler. Which those
/// are is read once, at the start, and followed along the log from then on. What a check finds is in
/// memory at once (`HealthBook`); the ledger gets changes of status at once, and the rest so seldom
/// that a healthy connection costs it a few entries a day, in lots.
public final class HealthMonitor: Sendable {
    /// How often lots are kept and leases renewed.
    static let lotInterval = WorkLease.renewal
    /// The most connections of one lot's entry in the log.
    static let lotCountMax = 256
    /// How long at most the ledger's knowledge of a check that changed nothing is behind; a quarter of
    /// `health.freshSeconds` where that is less, so that what is fresh looks fresh after a restart too.
    static let keepIntervalMax = Duration.seconds(900)
    /// How long it waits after the log could not be read.
    private static let retryPause = Duration.seconds(1)

    let services: Services
    let settings: HealthSettings
    let clock: ExecutionClock
    let lease: WorkLease
    /// Those whose check was put off once because their breaker was open.
    let postponed = Mutex<Set<HealthTarget>>([])
    /// When the overlaps of rotations end.
    let overlapEnds = Mutex<[HealthTarget: Timestamp]>([:])
    private let scheduler = Mutex<HealthScheduler?>(nil)
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// A monitor that is not started yet.
    public init(_ services: Services, _ settings: HealthSettings, clock: ExecutionClock = .system) {
        self.services = services
        self.settings = settings
        self.clock = clock
        lease = WorkLease(services.ledger, named: "health", now: clock.now)
    }

    var ledger: Ledger { services.ledger }

    /// How long at most the ledger is behind a check that changed nothing.
    var keepInterval: Duration {
        min(Self.keepIntervalMax, .seconds(services.healthFreshSeconds) / 4)
    }

    /// Begins to check; once.
    public func start() {
        guard settings.isOn else { return }
        let scheduler = HealthScheduler(concurrency: settings.concurrency, clock: clock) {
            [weak self] in await self?.check($0)
        }
        self.scheduler.withLock { $0 = scheduler }
        services.addMetrics { [weak self] in self?.metricsText(scheduler) ?? "" }
        let tasks = [
            Task { await self.follow(scheduler) }, Task { await scheduler.run() },
            Task { await self.keepLots() },
        ]
        self.tasks.withLock { $0 = tasks }
    }

    /// Ends the checks that run, keeps what is not kept, and stops; returns when it has.
    public func stop() async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        guard !tasks.isEmpty else { return }
        for task in tasks { task.cancel() }
        await scheduler.withLock { $0 }?.stop()
        for task in tasks { await task.value }
        await keepLot()
        await lease.giveBack()
    }

    /// Keeps lots and the lease, until it is cancelled.
    private func keepLots() async {
        while !Task.isCancelled {
            await lease.look()
            if lease.isHeld {
                await keepLot()
                await endOverlaps()
            }
            await clock.sleep(Self.lotInterval)
        }
    }

    /// Follows the log: which connections there are, and what they are.
    private func follow(_ scheduler: HealthScheduler) async {
        var position = load(into: scheduler)
        while !Task.isCancelled {
            do {
                let entries = try await ledger.entries(after: position)
                guard let last = entries.last else {
                    await ledger.waitForEntry(after: position)
                    continue
                }
                let state = ledger.state
                for target in Self.targets(of: entries) { sync(target, state, scheduler) }
                position = last.position
            } catch {
                // The log behind it is no longer kept, or can't be read just now: all is read anew.
                await clock.sleep(Self.retryPause)
                position = load(into: scheduler)
            }
        }
    }

    /// Reads the whole state.
    ///
    /// - Returns: Its position.
    private func load(into scheduler: HealthScheduler) -> UInt64 {
        let state = ledger.state
        var found: Set<HealthTarget> = []
        for id in state.tenants.keys {
            guard let tenant = state.tenants[id] else { continue }
            for connection in tenant.connections.keys {
                let target = HealthTarget(tenant: id, connection: connection)
                if sync(target, state, scheduler) { found.insert(target) }
            }
        }
        scheduler.retain(found)
        return state.position
    }

    /// The connections that entries are about.
    private static func targets(of entries: [LoggedEntry]) -> Set<HealthTarget> {
        var targets: Set<HealthTarget> = []
        for change in entries.lazy.flatMap(\.entry.changes) {
            switch change {
            case .putConnection(let connection):
                let value = connection.value
                targets.insert(HealthTarget(tenant: value.tenant, connection: value.id))
            case .removeConnection(let tenant, let id), .putOverlap(let tenant, let id, _),
                .removeOverlap(let tenant, let id):
                targets.insert(HealthTarget(tenant: tenant, connection: id))
            default: continue
            }
        }
        return targets
    }

    /// Has a connection checked, or no more.
    ///
    /// - Returns: Whether it is.
    @discardableResult
    private func sync(
        _ target: HealthTarget,
        _ state: State,
        _ scheduler: HealthScheduler
    ) -> Bool {
        let overlap = state.tenants[target.tenant]?.overlaps[target.connection]
        overlapEnds.withLock { $0[target] = overlap?.until }
        guard let job = HealthJob(target, state) else {
            scheduler.remove(target)
            if state.tenants[target.tenant]?.connections[target.connection] == nil {
                services.healthBook.forget(target)
            }
            return false
        }
        scheduler.add(target, within: interval(of: job))
        return true
    }

    /// How often a connection is checked.
    func interval(of job: HealthJob) -> Duration {
        max(.seconds(job.check.intervalSeconds), settings.intervalMin)
    }

    private func metricsText(_ scheduler: HealthScheduler) -> String {
        let now = scheduler.statistics
        var text = MetricsText()
        let gauges: [(String, String, Int)] = [
            ("bindery_health_connections", "Connections that are checked.", now.targetCount),
            ("bindery_health_checks_running", "Background checks that run.", now.runningCount),
            (
                "bindery_health_lateness_milliseconds",
                "How long the first of the background checks that wait has been due.",
                Int(now.lateness / .milliseconds(1))
            ),
            (
                "bindery_health_checker",
                "1 in the process that checks, of those that share the ledger.",
                lease.isHeld ? 1 : 0
            ),
        ]
        for (name, help, value) in gauges {
            text.family(name, .gauge, help)
            text.sample(name, value)
        }
        text.family("bindery_health_checks_total", .counter, "Background checks that ended.")
        text.sample("bindery_health_checks_total", now.checkCount)
        text.family(
            "bindery_health_transitions_total",
            .counter,
            "Changes of a connection's status of health that checks of this process found."
        )
        text.sample("bindery_health_transitions_total", services.healthBook.transitionCount)
        return text.text
    }
}
