import Execution
import Ledger
import Model
import Synchronization

/// The newest health of connections, in memory: what the ledger keeps, and what checks have found
/// since.
///
/// A connection that stays as it is moves nothing in the ledger but once in a while, so the time and
/// the latency of its last check are here first. What was found of a connection that has been changed
/// since counts for nothing.
final class HealthBook: Sendable {
    /// The most checks that are remembered of a connection, besides its transitions.
    static let checkCountMax = 20

    /// What one check found.
    struct Check: Sendable {
        let at: Timestamp
        let status: ConnectionHealth.Status
        let latencyMilliseconds: Double?
        let errorCode: String?
    }

    private struct Entry {
        var health: ConnectionHealth
        /// The revision of the connection that it is about.
        var revision: UInt64
        /// The newest checks, the newest last.
        var checks: [Check] = []
    }

    /// A connection's newest health that the ledger does not have yet.
    struct Unkept {
        let target: HealthTarget
        let health: ConnectionHealth
        /// The revision of the connection that it is about.
        let revision: UInt64
    }

    private struct Content {
        var entries: [HealthTarget: Entry] = [:]
        /// Those whose newest health is to be kept in the ledger with the next lot.
        var unkept: Set<HealthTarget> = []
        var transitionCount: UInt64 = 0
    }

    private let content = Mutex(Content())

    /// How many changes of status checks have found since the start.
    var transitionCount: UInt64 { content.withLock { $0.transitionCount } }

    /// How far a time of a check may be ahead of the clock: replicas' clocks differ a little.
    static let skewMax = Duration.seconds(60)

    /// Whether a check's time can't be right, because the clock was ahead then and was set back.
    ///
    /// What was found at such a time is older than what is found now, and never fresh.
    static func isAhead(_ checkedAt: Timestamp, of now: Timestamp) -> Bool {
        checkedAt - now > skewMax
    }

    /// The newest health of a connection, of which the ledger keeps `kept`.
    func newest(
        _ target: HealthTarget,
        _ connection: Stored<Connection>,
        kept: ConnectionHealth?,
        now: Timestamp
    ) -> ConnectionHealth {
        let kept = kept ?? .unknown
        let entry = content.withLock { $0.entries[target] }
        guard let entry, entry.revision == connection.revision,
            let known = entry.health.checkedAt
        else { return kept }
        let keptAt = kept.checkedAt ?? .earliest
        return known > keptAt || Self.isAhead(keptAt, of: now) ? entry.health : kept
    }

    /// The newest checks of a connection, the newest first.
    func checks(of target: HealthTarget) -> [Check] {
        content.withLock { $0.entries[target]?.checks.reversed() ?? [] }
    }

    /// Notes what a check found.
    func note(_ health: ConnectionHealth, _ target: HealthTarget, of connection: Stored<Connection>)
    {
        guard let at = health.checkedAt else { return }
        let check = Check(
            at: at,
            status: health.status,
            latencyMilliseconds: health.latencyMilliseconds,
            errorCode: health.errorCode
        )
        content.withLock { content in
            // Taken out and put back, so that the list is changed in place.
            var entry =
                content.entries.removeValue(forKey: target)
                ?? Entry(health: health, revision: connection.revision)
            if entry.checks.count >= Self.checkCountMax { entry.checks.removeFirst() }
            entry.checks.append(check)
            (entry.health, entry.revision) = (health, connection.revision)
            content.entries[target] = entry
            if health.newTransition != nil { content.transitionCount += 1 }
        }
    }

    /// Has the newest health kept with the next lot.
    func keepLater(_ target: HealthTarget) {
        content.withLock { _ = $0.unkept.insert(target) }
    }

    /// Takes up to `countMax` of those that are to be kept.
    func takeUnkept(countMax: Int) -> [Unkept] {
        content.withLock { content in
            let targets = Array(content.unkept.prefix(countMax))
            content.unkept.subtract(targets)
            return targets.compactMap { target in
                content.entries[target]
                    .map { Unkept(target: target, health: $0.health, revision: $0.revision) }
            }
        }
    }

    /// Forgets a connection that is gone.
    func forget(_ target: HealthTarget) {
        content.withLock { content in
            content.entries[target] = nil
            content.unkept.remove(target)
        }
    }
}
