import Limits
import Model
import Platform
import Synchronization

/// Admits calls by what is leased of the limits that all replicas share (ADR 0021).
///
/// For each connection at most one lease is asked for at a time; the calls that need it wait, up to
/// their deadlines, and then look again. A connection without rates and quotas is admitted by its gate
/// alone.
final class LeaseDesk: Sendable {
    /// How long one lease may take.
    static let leaseTimeMax = Duration.seconds(3)
    /// How long a look may take.
    static let lookTimeMax = Duration.seconds(1)
    /// How long nothing is asked for after a failure: calls are then answered at once.
    static let outagePause = Duration.seconds(1)
    /// How often calls whose time is over are looked for, to give them back.
    static let giveBackInterval = Duration.seconds(1)
    /// The most connections whose calls are given back in one look.
    static let giveBackCountMax = 1000
    /// How long a shutdown gives back.
    static let closeTimeMax = Duration.seconds(5)

    private struct State {
        /// The leases that are asked for; each has a call that waits for it.
        var flights: [ConnectionGates.Key: Task<Bool, Never>] = [:]
        /// The connections that may have calls to give back.
        var holders: Set<ConnectionGates.Key> = []
        var isClosed = false
    }

    private let shared: any SharedLimits
    private let failsOpen: Bool
    private let gates: ConnectionGates
    private let clock: ExecutionClock
    private let state = Mutex(State())
    private let sweep = Mutex<Task<Void, Never>?>(nil)
    private let counts = LeaseCounts()
    private let outage: LeaseOutage

    init(
        _ shared: any SharedLimits,
        _ gates: ConnectionGates,
        failsOpen: Bool,
        tell: @escaping @Sendable (LimitsNotice) -> Void,
        _ clock: ExecutionClock
    ) {
        self.shared = shared
        self.gates = gates
        self.failsOpen = failsOpen
        self.clock = clock
        outage = LeaseOutage(clock, failsOpen: failsOpen, tell)
    }

    deinit { sweep.withLock { $0?.cancel() } }

    /// Lets a call through; whoever gets a pass gives it back by `finish` of the gates.
    func admit(
        _ key: ConnectionGates.Key,
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> ConnectionGates.Pass {
        let limits = constraints.shared
        guard !limits.isEmpty else { return try gates.admit(key, callClass, constraints) }
        let found = await admission(key, limits, until: deadline) { [gates] in
            gates.admitLeased(key, callClass, constraints, limits)
        }
        switch found {
        case .passes(let pass): return pass
        case .refused(let reason): throw reason
        case .needsLease:
            guard failsOpen else {
                counts.refused.add(1, ordering: .relaxed)
                throw .limitsUnavailable
            }
            let pass = try gates.admit(key, callClass, constraints)
            counts.local.add(1, ordering: .relaxed)
            return pass
        }
    }

    /// Whether an admitted call may be tried once more; takes what that needs.
    func admitRetry(
        _ pass: ConnectionGates.Pass,
        _ constraints: Constraints,
        until deadline: MonotonicInstant
    ) async -> Bool {
        let limits = constraints.shared
        guard !limits.isEmpty else { return gates.admitRetry(pass, constraints) }
        let found = await admission(pass.key, limits, until: deadline) { [gates] in
            gates.admitLeasedRetry(pass, constraints, limits)
        }
        switch found {
        case .passes: return true
        case .refused: return false
        case .needsLease: return failsOpen && gates.admitRetry(pass, constraints)
        }
    }

    /// Takes over how a connection's limits stand with all replicas, as far as they can be asked.
    func look(_ key: ConnectionGates.Key, _ constraints: Constraints) async {
        let limits = constraints.shared
        guard !limits.isEmpty, !outage.isPausing else { return }
        let look = LimitLease(
            tenant: key.tenant.text,
            connection: key.connection.text,
            limits: limits
        )
        let sent = clock.now()
        do throws(SharedLimitsFailure) {
            let grant = try await shared.lease(look, within: Self.lookTimeMax)
            gates.take(grant, of: look, for: key, sent: sent)
        } catch {
            // What was known last is told. No outage is begun by who only looks, and has less time.
            return
        }
    }

    /// Asks the gate until it knows, with leases in between; `.needsLease` when none can be had.
    private func admission(
        _ key: ConnectionGates.Key,
        _ limits: [SharedLimit],
        until deadline: MonotonicInstant,
        _ ask: () -> ConnectionGates.LeasedAdmission
    ) async -> ConnectionGates.LeasedAdmission {
        let first = ask()
        guard case .needsLease = first else { return first }
        gates.addWaiting(key, 1)
        defer { gates.addWaiting(key, -1) }
        while true {
            guard await wait(for: key, limits, until: deadline) else { return .needsLease }
            let found = ask()
            guard case .needsLease = found else { return found }
        }
    }

    /// Waits for the lease that is asked for, or asks for one; false when it cannot be had in time.
    private func wait(
        for key: ConnectionGates.Key,
        _ limits: [SharedLimit],
        until deadline: MonotonicInstant
    ) async -> Bool {
        let left = deadline - clock.now()
        guard left > .zero, outage.mayAsk() else { return false }
        let flight = state.withLock { state -> Task<Bool, Never>? in
            if let flight = state.flights[key] { return flight }
            guard !state.isClosed else { return nil }
            // Not the caller's: others wait for it, who have more time than the caller.
            let flight = Task.detached { [self] in await fly(key, limits) }
            state.flights[key] = flight
            return flight
        }
        guard let flight else { return false }
        return await Race.result(within: left) { await flight.value } ?? false
    }

    /// Asks for a lease and takes it; false when it failed.
    private func fly(_ key: ConnectionGates.Key, _ limits: [SharedLimit]) async -> Bool {
        let lease = gates.leaseRequest(key, limits)
        let isDone = await run(lease, for: key, within: Self.leaseTimeMax)
        state.withLock { state in
            state.flights[key] = nil
            if isDone { state.holders.insert(key) }
        }
        if isDone { startSweep() }
        return isDone
    }

    /// One request, its counts and its consequences.
    private func run(
        _ lease: LimitLease,
        for key: ConnectionGates.Key,
        within timeout: Duration
    ) async -> Bool {
        // Before it is sent: the time of what is granted runs from here, whatever the way takes.
        let sent = clock.now()
        do throws(SharedLimitsFailure) {
            let grant = try await shared.lease(lease, within: timeout)
            gates.take(grant, of: lease, for: key, sent: sent)
            outage.end()
            counts.note(grant, of: lease)
            return true
        } catch {
            counts.failed.add(1, ordering: .relaxed)
            outage.begin(error.detail)
            return false
        }
    }

    /// The metrics in the Prometheus format.
    var metrics: String { counts.text(isAvailable: !outage.isOn) }

    // MARK: Giving back

    /// Gives back what is over, from the first lease on.
    private func startSweep() {
        sweep.withLock { sweep in
            guard sweep == nil else { return }
            sweep = Task { [weak self] in
                while !Task.isCancelled {
                    do {
                        try await Task.sleep(for: Self.giveBackInterval)
                    } catch {
                        // Closed, which gives back what is left.
                        return
                    }
                    await self?.giveBack(evenInTime: false, countMax: Self.giveBackCountMax)
                }
            }
        }
    }

    private func giveBack(evenInTime: Bool, countMax: Int) async {
        let holders = state.withLock { $0.holders }
        var requests: [(ConnectionGates.Key, LimitLease)] = []
        for key in holders where requests.count < countMax {
            if let request = gates.giveBackRequest(key, evenInTime: evenInTime) {
                requests.append((key, request))
            } else if !gates.hasUnused(key) {
                forget(key)
            }
        }
        // Together, since whoever counts them takes many at once.
        await withTaskGroup { group in
            for (key, request) in requests {
                group.addTask { _ = await self.run(request, for: key, within: Self.leaseTimeMax) }
            }
        }
    }

    /// A lease may have come meanwhile.
    private func forget(_ key: ConnectionGates.Key) {
        state.withLock { state in
            if state.flights[key] == nil { state.holders.remove(key) }
        }
    }

    /// Gives back what is leased and not used, as far as that goes within `closeTimeMax`, and leases
    /// nothing any more.
    func close() async {
        let flights = state.withLock { state in
            state.isClosed = true
            return Array(state.flights.values)
        }
        let sweep = sweep.withLock { $0 }
        sweep?.cancel()
        _ = await Race.result(within: Self.closeTimeMax) { [self] in
            await sweep?.value
            for flight in flights { _ = await flight.value }
            guard !outage.isPausing else { return }
            await giveBack(evenInTime: true, countMax: .max)
        }
        await shared.close()
    }
}
