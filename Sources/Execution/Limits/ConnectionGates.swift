import JSON
import Model
import Platform
import Synchronization

/// The gates of all connections, in memory: they start empty with the process, but for the counts of
/// quotas (`QuotaCount`).
///
/// At most `connectionCountMax` of them are kept; beyond that those that have nothing to remember go
/// first, then those that were not used for longest.
final class ConnectionGates: Sendable {
    /// A connection, whose id is unique within its tenant only.
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let connection: ConnectionID
    }

    /// A call that was let through.
    struct Pass: Sendable {
        let key: Key
        let callClass: Operation.CallClass
        let isProbe: Bool

        /// The same, after the breaker has heard how the provider answered.
        var observed: Pass { Pass(key: key, callClass: callClass, isProbe: false) }
    }

    /// So many locks that calls on several cores seldom meet.
    private static let shardCount = 16
    private let shards: [Shard]
    private let configuration: ExecutionConfiguration
    private let clock: ExecutionClock
    private let gateCountMax: Int
    private let onEvent: (@Sendable (GateEvent) -> Void)?
    /// Until when, in nanoseconds of the clock, some breaker may be open or be trying a probe.
    private let troubledUntil = Atomic<Int64>(0)
    /// Whether a call was counted in a quota since counts were asked for last.
    let hasNewQuotaCounts = Atomic(false)
    /// How long after the last refusal of a breaker a probe may still be under way.
    private static let probeTimeMax = CapabilityCall.timeoutMax

    private final class Shard: Sendable {
        let gates = Mutex<[Key: ConnectionGate]>([:])
    }

    init(_ configuration: ExecutionConfiguration, _ clock: ExecutionClock) {
        self.configuration = configuration
        self.clock = clock
        onEvent = configuration.onGateEvent
        gateCountMax = max(1, configuration.connectionCountMax / Self.shardCount)
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// Lets a call through; whoever gets a pass gives it back by `finish`.
    func admit(
        _ key: Key,
        _ callClass: Operation.CallClass,
        _ constraints: Constraints
    ) throws(CallFailure.Reason) -> Pass {
        let moment = moment()
        defer { noteQuotas(constraints) }
        let result = change(key, at: moment) { gate -> Result<Bool, CallFailure.Reason> in
            do throws(CallFailure.Reason) {
                return .success(try gate.admit(callClass, constraints, at: moment))
            } catch {
                return .failure(error)
            }
        }
        return Pass(key: key, callClass: callClass, isProbe: try result.get())
    }

    /// Works on a connection's gate, which is made when there is none.
    func change<Value: Sendable>(
        _ key: Key,
        at moment: ConnectionGate.Moment,
        _ work: (inout ConnectionGate) -> Value
    ) -> Value {
        shard(key).gates
            .withLock { gates in
                if gates[key] == nil { makeRoom(in: &gates, at: moment) }
                // Taken out and put back, so that the gate is changed in place.
                var gate =
                    gates.removeValue(forKey: key)
                    ?? ConnectionGate(configuration, now: moment.now)
                defer { gates[key] = gate }
                return work(&gate)
            }
    }

    /// Whether an admitted call may be tried once more; takes what that needs.
    func admitRetry(_ pass: Pass, _ constraints: Constraints) -> Bool {
        let moment = moment()
        defer { noteQuotas(constraints) }
        return shard(pass.key).gates
            .withLock { gates in
                gates[pass.key]?.admitRetry(constraints, at: moment) ?? false
            }
    }

    /// Takes what the head of an answer shows, while its call goes on; its pass is then `observed`.
    func observe(_ pass: Pass, _ end: ConnectionGate.End) {
        change(pass) { gate, now in
            gate.observe(pass.callClass, end, wasProbe: pass.isProbe, now: now)
        }
    }

    /// Ends a call that was let through.
    func finish(_ pass: Pass, _ end: ConnectionGate.End) {
        change(pass) { gate, now in
            gate.finish(pass.callClass, end, wasProbe: pass.isProbe, now: now)
        }
    }

    /// Changes the gate of a call, and tells what that has crossed.
    private func change(
        _ pass: Pass,
        _ work: (inout ConnectionGate, MonotonicInstant) -> [GateEvent.Kind]
    ) {
        let now = clock.now()
        let (admission, events) = shard(pass.key).gates
            .withLock { gates -> (CircuitBreaker.Admission?, [GateEvent.Kind]) in
                // Taken out and put back, so that the gate is changed in place.
                guard var gate = gates.removeValue(forKey: pass.key) else { return (nil, []) }
                defer { gates[pass.key] = gate }
                let events = work(&gate, now)
                return (gate.breaker(pass.callClass).admission(now: now), events)
            }
        for kind in events {
            onEvent?(
                GateEvent(tenant: pass.key.tenant, connection: pass.key.connection, kind: kind)
            )
        }
        note(admission, now)
    }

    /// Remembers until when some breaker may be open.
    private func note(_ admission: CircuitBreaker.Admission?, _ now: MonotonicInstant) {
        guard case .refused(let wait) = admission else { return }
        let end = (now + wait + Self.probeTimeMax).nanoseconds
        troubledUntil.max(end, ordering: .relaxed)
    }

    /// Whether some connection's breaker may be open; false is certain.
    var mayHaveOpenBreaker: Bool {
        clock.now().nanoseconds < troubledUntil.load(ordering: .relaxed)
    }

    /// The usage of a connection as the API writes it.
    func usage(_ key: Key, _ constraints: Constraints) -> JSONValue {
        let moment = moment()
        let gate = shard(key).gates.withLock { $0[key] }
        return (gate ?? ConnectionGate(configuration, now: moment.now))
            .usage(constraints, at: moment)
    }

    /// After how long a call would pass the connection's breaker; nil when one passes now.
    func openTime(_ key: Key, _ callClass: Operation.CallClass) -> Duration? {
        let now = clock.now()
        let admission = shard(key).gates
            .withLock { gates in gates[key]?.breaker(callClass).admission(now: now) }
        guard case .refused(let wait) = admission else { return nil }
        return wait
    }

    /// How much the connection's provider says that it allows; nil when it has not said so.
    func providerLimit(_ key: Key) -> Int64? {
        shard(key).gates.withLock { gates in gates[key]?.learned.limit }
    }

    /// Forgets a connection that is gone, unless a call of it is under way.
    func forget(_ key: Key) {
        shard(key).gates
            .withLock { gates in
                if gates[key]?.isBusy == false { gates[key] = nil }
            }
    }

    private func noteQuotas(_ constraints: Constraints) {
        guard !constraints.quotas.isEmpty else { return }
        hasNewQuotaCounts.store(true, ordering: .relaxed)
    }

    /// Looks at all gates, some of which change meanwhile.
    func forEachGate(_ look: (Key, ConnectionGate) -> Void) {
        for shard in shards {
            let gates = shard.gates.withLock { $0 }
            for (key, gate) in gates { look(key, gate) }
        }
    }

    private func shard(_ key: Key) -> Shard {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))]
    }

    func moment() -> ConnectionGate.Moment {
        ConnectionGate.Moment(now: clock.now(), calendar: clock.calendar())
    }

    /// Drops a tenth at once where there are too many, since looking for it walks all of them.
    private func makeRoom(in gates: inout [Key: ConnectionGate], at moment: ConnectionGate.Moment) {
        guard gates.count >= gateCountMax else { return }
        gates = gates.filter { !$0.value.isIdle(at: moment) }
        let excess = gates.count - gateCountMax * 9 / 10
        guard excess > 0 else { return }
        let oldest = gates.filter { !$0.value.isBusy }
            .sorted { $0.value.lastUse < $1.value.lastUse }
            .prefix(excess)
        for (key, _) in oldest { gates[key] = nil }
    }
}
