import JSON
import Ledger
import Model
import Platform
import Policy
import Synchronization

/// Takes scheduled change requests live when their time has come, for as long as the server runs.
///
/// The log knows what waits, so that a start finds it again, and what is overdue is published then. Of
/// processes that share a ledger the one that holds a lease in it looks; that each is published once
/// does not hang on it, since the request and the config move in one entry. All gates are judged at
/// the time. One that refuses makes the request `Approved` again, with its verdict, and an alert;
/// what could not be done for the moment is tried again, for as long as `ReleaseRetries` says.
public final class ReleaseScheduler: Sendable {
    /// How often it looks.
    static let interval = Duration.seconds(1)
    /// The most requests of one tenant in one look; the rest come with the next one.
    static let countMax = 64
    /// The most tenants whose requests are published at the same time; of each one after the other.
    static let tenantCountMax = 16

    /// The part of the server that it is, as logs and the trail name it.
    static let part = "scheduler"

    let services: Services
    private let lease: WorkLease
    private let isStopped = Atomic(false)
    private let isPublishing = Atomic(false)
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let retries = Mutex(ReleaseRetries())

    /// A scheduler that is not started yet.
    public init(_ services: Services) {
        self.services = services
        lease = WorkLease(services.ledger, named: "releases")
    }

    /// Begins to look; once.
    public func start() {
        services.addMetrics { [weak self] in self?.metricsText ?? "" }
        // Beside the publications, which may wait for health checks longer than a lease lasts.
        let renewing = Task { [weak self] in
            await self?.lease.look()
            while await Self.sleep(WorkLease.renewal) { await self?.lease.look() }
        }
        let looking = Task { [weak self] in
            while await Self.sleep(Self.interval) {
                guard let self, lease.isHeld else { continue }
                // Not cancelled with this task: a health check that is cut off looks like one that
                // failed, and would put the request back.
                let run = Task {
                    await self.publishDue { Timestamp(milliseconds: WallClock.milliseconds()) }
                }
                isPublishing.store(true, ordering: .relaxed)
                await run.value
                isPublishing.store(false, ordering: .relaxed)
            }
        }
        tasks.withLock { $0 = [renewing, looking] }
    }

    /// Ends; returns when the publication that is under way has ended, or could not be waited for.
    ///
    /// One that is given up changes nothing, since the ledger is closed by the time it gets there; the
    /// next start publishes what is due.
    ///
    /// - Parameter timeMax: How long it waits: a publication waits for health checks of its own.
    public func stop(within timeMax: Duration) async {
        isStopped.store(true, ordering: .relaxed)
        let tasks = tasks.withLock { $0 }
        guard !tasks.isEmpty else { return }
        for task in tasks { task.cancel() }
        let start = MonotonicClock.now
        while isPublishing.load(ordering: .relaxed) {
            guard MonotonicClock.now - start < timeMax else { return }
            await Self.pause()
        }
        for task in tasks { await task.value }
        await lease.giveBack()
    }

    private var metricsText: String {
        let state = services.ledger.state
        let waiting = state.tenantsWithSchedules
            .reduce(0) { count, tenant in
                count
                    + state.tenant(tenant).changeRequests.values
                    .count { $0.value.status == .scheduled }
            }
        var text = MetricsText()
        text.family(
            "bindery_scheduled_releases",
            .gauge,
            "Change requests that wait for their time."
        )
        text.sample("bindery_scheduled_releases", waiting)
        text.family(
            "bindery_release_scheduler",
            .gauge,
            "1 in the process that publishes at a time, of those that share the ledger."
        )
        text.sample("bindery_release_scheduler", lease.isHeld ? 1 : 0)
        return text.text
    }

    /// Sleeps; false when the task was cancelled.
    private static func sleep(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }

    /// A moment, also for a task that is cancelled.
    private static func pause() async {
        await Task { _ = await sleep(.milliseconds(20)) }.value
    }

    /// Publishes what is due, the earliest first.
    func publishDue(_ clock: @escaping @Sendable () -> Timestamp) async {
        let state = services.ledger.state
        guard !state.tenantsWithSchedules.isEmpty else { return }
        let now = clock()
        let all = state.tenantsWithSchedules.map { tenant in
            state.tenant(tenant).changeRequests.values.map(\.value).filter { $0.isDue(at: now) }
        }
        let retries = retries.withLock { retries in
            retries.keep(Set(all.joined().map(\.id)))
            return retries
        }
        let due =
            all.map { requests in
                requests.filter { !retries.isWaiting($0.id, at: now) }
                    .sorted { Self.order($0) < Self.order($1) }
            }
            .filter { !$0.isEmpty }
        // Beside each other: the slow endpoints of one tenant are no delay of another one's.
        await withTaskGroup(of: Void.self) { group in
            for (index, requests) in due.enumerated() {
                if index >= Self.tenantCountMax { await group.next() }
                group.addTask { await self.publish(requests, clock) }
            }
        }
    }

    private func publish(
        _ requests: [ChangeRequest],
        _ clock: @Sendable () -> Timestamp
    ) async {
        for request in requests.prefix(Self.countMax) where !isStopped.load(ordering: .relaxed) {
            await publish(request, at: clock())
        }
    }

    private static func order(_ request: ChangeRequest) -> (Timestamp, ChangeRequestID) {
        (request.publishAt ?? .latest, request.id)
    }

    private func publish(_ request: ChangeRequest, at now: Timestamp) async {
        let context = CommandContext(
            services: services,
            caller: .part(Self.part, of: request.tenant),
            requestID: UUIDv7.make(now: now.milliseconds),
            now: now
        )
        do throws(CommandError) {
            let scope = try Self.scope(request, context)
            var apply = ApplyChangeRequest(
                scope: scope,
                id: request.id,
                body: ["comment": "scheduled for this time"]
            )
            apply.onlyWhenDue = true
            do throws(CommandError) {
                _ = try await apply.run(context)
            } catch {
                try await note(error, request, scope, context)
            }
        } catch {
            // Neither published nor noted: the log can't be written for the moment.
            postpone(request, now)
        }
    }

    /// Puts a request off until its next try.
    func postpone(_ request: ChangeRequest, _ now: Timestamp) {
        retries.withLock { $0.postpone(request.id, at: now) }
    }

    private static func scope(
        _ request: ChangeRequest,
        _ context: CommandContext
    ) throws(CommandError) -> TenantScope {
        let scope = try context.caller.authorize(
            .changeRequestsWrite,
            tenant: request.tenant,
            environment: request.line.environment
        )
        guard let scope else { preconditionFailure("a tenant's request has a tenant") }
        return scope
    }
}
