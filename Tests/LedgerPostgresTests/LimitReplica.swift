#if PostgreSQL
@testable import Execution
import JSON
import LedgerPostgres
import Model
import Platform
import Synchronization
import Testing

/// What one replica admits calls with: gates, leases, and a connection to the database of its own.
final class LimitReplica: Sendable {
    let gates: ConnectionGates
    let desk: LeaseDesk
    let limits: PostgresLimits
    private let box: NoticeBox

    /// A replica whose calendar is `skew` off.
    init(
        _ configuration: PostgresJournal.Configuration,
        skew: Duration = .zero,
        failsOpen: Bool = false
    ) {
        var clock = ExecutionClock.system
        let calendar = clock.calendar
        let offset = skew.nanosecondsClamped / 1_000_000
        clock.calendar = { calendar() + offset }
        let box = NoticeBox()
        self.box = box
        limits = PostgresLimits(configuration)
        gates = ConnectionGates(ExecutionConfiguration(), clock)
        desk = LeaseDesk(
            limits,
            gates,
            failsOpen: failsOpen,
            tell: { notice in box.add(notice) },
            clock
        )
    }

    /// What the operator was told.
    var notices: [LimitsNotice] { box.all }

    static func key(_ connection: String = "conn") throws -> ConnectionGates.Key {
        ConnectionGates.Key(
            tenant: try #require(TenantID("acme")),
            connection: try #require(ConnectionID(connection))
        )
    }

    /// Makes a call that ends at once; nil when it was admitted.
    func call(
        _ constraints: Constraints,
        _ connection: String = "conn",
        within time: Duration = .seconds(30)
    ) async throws -> CallFailure.Reason? {
        let key = try Self.key(connection)
        do throws(CallFailure.Reason) {
            let deadline = MonotonicClock.now + time
            let pass = try await desk.admit(key, .write, constraints, until: deadline)
            gates.finish(pass, ConnectionGate.End())
            return nil
        } catch {
            return error
        }
    }

    /// Makes `count` calls of `width` callers, and gives how many were admitted.
    func admitted(_ count: Int, width: Int, _ constraints: Constraints) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<width {
                group.addTask {
                    var admitted = 0
                    for _ in 0..<(count / width + (caller < count % width ? 1 : 0)) {
                        if try await self.call(constraints) == nil { admitted += 1 }
                    }
                    return admitted
                }
            }
            return try await group.reduce(0, +)
        }
    }
}

/// What a replica told its operator.
private final class NoticeBox: Sendable {
    private let notices = Mutex<[LimitsNotice]>([])

    var all: [LimitsNotice] { notices.withLock { $0 } }

    func add(_ notice: LimitsNotice) { notices.withLock { $0.append(notice) } }
}

extension [LimitReplica] {
    /// Lets all make so many calls at the same time, and gives how many were admitted.
    func admitted(_ count: Int, width: Int, _ constraints: Constraints) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for replica in self {
                group.addTask {
                    try await replica.admitted(count, width: width, constraints)
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Gives back what they have, in order.
    func close() async {
        for replica in self { await replica.desk.close() }
    }
}
#endif
