public import Ledger
import Model
import Platform
import Synchronization

/// Sends what waits in the ledger, and keeps how it ended.
///
/// What waits is in the ledger alone: a process that ends between two attempts loses nothing, and one
/// that ends between an attempt and its record repeats the attempt, under the same `webhook-id`. Over a
/// ledger that processes share, one of them at a time has the lease and sends; when clocks disagree, or
/// the lease changes hands while an answer is awaited, a delivery may be sent twice, never not at all.
public final class AlertDispatcher: Sendable {
    /// The most attempts under way.
    public static let concurrencyMax = 64
    /// The most attempts under way to endpoints of one tenant.
    public static let concurrencyMaxPerTenant = 8
    /// So many under way are refilled by who has waited longest, of whatever tenant; below, the tenant
    /// whose attempt ended goes on, which costs no look at the others.
    static let concurrencyForEverybody = 48
    /// The most attempts under way to one webhook.
    public static let concurrencyMaxPerWebhook = 2
    /// How long a lease holds; it is renewed when less than `leaseRest` is left.
    static let leaseTime = Duration.seconds(60)
    /// What must be left of a lease to begin an attempt: as long as one takes, and some more.
    static let leaseRest = Duration.seconds(30)
    /// How often it looks for what is due.
    ///
    /// A look costs nothing while nothing waits.
    static let interval = Duration.milliseconds(250)
    /// How long an attempt whose outcome could not be kept is not repeated.
    static let unkeptTime = Duration.seconds(5)

    private let ledger: Ledger
    private let sender: AlertSender
    private let clock: AlertClock
    /// This process, among those that share the ledger.
    private let holder: String
    private let recorder: DisablingRecorder
    private let work = Mutex(Work())

    private struct Work {
        var isStopped = false
        var loop: Task<Void, Never>?
        var underWay: [Job: Task<Void, Never>] = [:]
        var pauses = EndpointPauses()
        var deliveredCount = 0
        var failedCount = 0
    }

    private struct Job: Hashable, Sendable {
        let tenant: TenantID
        let webhook: WebhookID
        let delivery: AlertDeliveryID
    }

    /// A dispatcher, which does nothing before `start` or `dispatch`.
    public init(
        ledger: Ledger,
        sender: AlertSender,
        holder: String,
        clock: AlertClock = .system,
        recorder: DisablingRecorder = .none
    ) {
        self.recorder = recorder
        self.ledger = ledger
        self.sender = sender
        self.clock = clock
        self.holder = holder
    }

    /// Sends what is due, until it is stopped.
    public func start() {
        let loop = Task { [weak self] in
            while !Task.isCancelled {
                guard let self else { return }
                _ = await self.begin()
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    // Stopped: the ledger is about to be closed, which is no failure.
                    return
                }
            }
        }
        work.withLock { $0.loop = loop }
    }

    /// Ends it; attempts under way are broken off, and begin anew with the next start.
    public func stop() async {
        let tasks = work.withLock { work in
            work.isStopped = true
            return [work.loop].compactMap { $0 } + Array(work.underWay.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Sends what is due now, and returns when each of these attempts has ended.
    public func dispatch() async {
        for task in await begin() { await task.value }
    }

    /// The part of `/metrics` that tells of deliveries.
    public var counts: (delivered: Int, failed: Int, underWay: Int) {
        work.withLock { ($0.deliveredCount, $0.failedCount, $0.underWay.count) }
    }

    /// Begins attempts as far as the bounds let it, those that are due the longest first.
    ///
    /// - Parameter tenant: Whose deliveries alone are looked at; nil for everybody's.
    /// - Returns: The attempts that were begun.
    private func begin(of tenant: TenantID? = nil) async -> [Task<Void, Never>] {
        let state = ledger.state
        guard !state.tenantsWithAlerts.isEmpty else { return [] }
        let now = clock.now()
        let pauses = work.withLock { $0.pauses }
        let due = dueJobs(state, tenant.map { [$0] } ?? state.tenantsWithAlerts, now, pauses)
        guard !due.isEmpty, await hasLease(now) else { return [] }
        return work.withLock { work in
            guard !work.isStopped else { return [] }
            var tasks: [Task<Void, Never>] = []
            for job in due where Self.hasRoom(for: job, in: work) {
                let task = Task {
                    await self.deliver(job)
                    let (goesOn, isBusy) = self.work.withLock { work in
                        work.underWay[job] = nil
                        let count = work.underWay.count
                        return (work.loop != nil, count >= Self.concurrencyForEverybody)
                    }
                    // What waits behind it begins at once: forwarded webhooks come in bursts, which
                    // two in each look would not keep up with.
                    if goesOn { _ = await self.begin(of: isBusy ? nil : job.tenant) }
                }
                work.underWay[job] = task
                tasks.append(task)
            }
            return tasks
        }
    }

    private func dueJobs(
        _ state: State,
        _ tenants: some Sequence<TenantID>,
        _ now: Timestamp,
        _ pauses: EndpointPauses
    ) -> [Job] {
        var due: [(at: Timestamp, job: Job)] = []
        for tenant in tenants {
            let alerts = state.tenant(tenant).alerts
            for (webhook, deliveries) in alerts.deliveries {
                guard !Self.isPaused(alerts.webhooks[webhook]?.value, of: tenant, now, pauses)
                else { continue }
                for delivery in deliveries where delivery.status == .pending {
                    guard let at = delivery.nextAttemptAt, at <= now else { continue }
                    let job = Job(tenant: tenant, webhook: webhook, delivery: delivery.id)
                    due.append((at, job))
                }
            }
        }
        return due.sorted { ($0.at, $0.job.delivery) < ($1.at, $1.job.delivery) }.map(\.job)
    }

    private static func isPaused(
        _ webhook: Webhook?,
        of tenant: TenantID,
        _ now: Timestamp,
        _ pauses: EndpointPauses
    ) -> Bool {
        guard !pauses.isEmpty, let webhook else { return false }
        return pauses.isPaused(endpoint(of: webhook, tenant), at: now)
    }

    private static func endpoint(
        of webhook: Webhook,
        _ tenant: TenantID
    ) -> EndpointPauses.Endpoint {
        EndpointPauses.Endpoint(tenant: tenant, webhook: webhook.id, url: webhook.url.text)
    }

    private static func hasRoom(for job: Job, in work: Work) -> Bool {
        let jobs = work.underWay.keys
        guard work.underWay.count < concurrencyMax, work.underWay[job] == nil else { return false }
        let ofTenant = jobs.filter { $0.tenant == job.tenant }
        return ofTenant.count < concurrencyMaxPerTenant
            && ofTenant.count { $0.webhook == job.webhook } < concurrencyMaxPerWebhook
    }

    /// Takes or renews the lease; a process that has the ledger for itself needs none.
    private func hasLease(_ now: Timestamp) async -> Bool {
        guard ledger.following != nil else { return true }
        let holder = holder
        if let lease = ledger.state.alertLease, lease.holder == holder,
            lease.until - now > Self.leaseRest
        {
            return true
        }
        do {
            return
                try await ledger.commit(actor: .system("alerts"), now: now) {
                    (state, _) throws(Never) in
                    if let lease = state.alertLease, lease.holder != holder, lease.until > now {
                        return Ledger.Plan([], answer: false)
                    }
                    let lease = AlertLease(holder: holder, until: now + Self.leaseTime)
                    return Ledger.Plan([.putAlertLease(lease)], answer: true)
                }
                .answer
        } catch {
            // Who can't write can't keep what it did: others may, and it asks again.
            return false
        }
    }

    private func deliver(_ job: Job) async {
        let alerts = ledger.state.tenant(job.tenant).alerts
        guard let webhook = alerts.webhooks[job.webhook]?.value,
            let delivery = alerts.deliveries[job.webhook]?.last(where: { $0.id == job.delivery }),
            delivery.status == .pending
        else { return }
        guard webhook.status == .enabled else { return await end(job) }
        guard isDue(delivery, webhook, of: job.tenant) else { return }
        let sent = await sender.send(delivery, to: webhook, of: job.tenant, at: clock.now())
        // A stop is no failure of the endpoint: the attempt is made anew with the next start.
        guard !Task.isCancelled else { return }
        let isDelivered = sent.status.map { (200..<300).contains($0) } ?? false
        work.withLock { work in
            if isDelivered { work.deliveredCount += 1 } else { work.failedCount += 1 }
        }
        let now = clock.now()
        if let pause = sent.pause {
            let endpoint = Self.endpoint(of: webhook, job.tenant)
            work.withLock { $0.pauses.note(endpoint, pause, at: now) }
        }
        let outcome = DeliveryOutcome(
            tenant: job.tenant,
            webhook: job.webhook,
            delivery: job.delivery,
            attempt: AlertDelivery.Attempt(at: now, status: sent.status, error: sent.error),
            fraction: clock.fraction(),
            pause: sent.pause ?? .zero,
            mayDisable: recorder.canRecord()
        )
        let kept = await keep(at: now) { outcome.changes($0, $1) }
        guard let disabled = kept.disabled else { return }
        if await recorder.record(disabled) { kept.debt?.settle() }
    }

    /// Whether it is due still: an attempt may have ended since it was found to be.
    private func isDue(_ delivery: AlertDelivery, _ webhook: Webhook, of tenant: TenantID) -> Bool {
        let now = clock.now()
        let pauses = work.withLock { $0.pauses }
        return delivery.nextAttemptAt.map { $0 <= now } ?? false
            && !Self.isPaused(webhook, of: tenant, now, pauses)
    }

    /// Ends a delivery whose webhook was disabled by its owner.
    private func end(_ job: Job) async {
        _ = await keep(at: clock.now()) { (state, _) in
            let list = state.tenant(job.tenant).alerts.deliveries[job.webhook] ?? []
            guard var delivery = list.last(where: { $0.id == job.delivery }),
                delivery.status == .pending
            else { return [] }
            delivery.end(.failed)
            return [.putAlertDelivery(job.tenant, delivery)]
        }
    }

    /// Keeps how it ended; the webhook that was disabled by it, if one was, and the record it owes.
    private func keep(
        at now: Timestamp,
        _ changes: @escaping @Sendable (State, Ledger.Stamp) -> [Change]
    ) async -> (disabled: DisabledWebhook?, debt: AuditDebt?) {
        let recorder = recorder
        do {
            let result = try await ledger.commitOwing(actor: .system("alerts"), now: now) {
                (state, stamp) throws(Never) in
                let changes = changes(state, stamp)
                let disabled = DisabledWebhook(changes, on: state)
                let owes = disabled.flatMap { recorder.owes($0) }
                return Ledger.Plan(changes, answer: disabled, owes: owes)
            }
            return (result.answer, result.debt)
        } catch {
            // The ledger tells the operator itself. The attempt will be repeated, though not at once.
            do {
                try await Task.sleep(for: Self.unkeptTime)
            } catch {
                return (nil, nil)
            }
            return (nil, nil)
        }
    }
}
