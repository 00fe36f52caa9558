import Execution
import JSON
import Ledger
public import Model

/// Answers what the last health checks of a connection found, and its history.
public struct GetConnectionHealth: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID

    /// A request.
    public init(scope: TenantScope, id: ConnectionID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let tenant = scope.read(state)
        guard let connection = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(connection.value.environment)
        let health = context.services.newestHealth(of: connection, in: tenant, at: context.now)
        let target = HealthTarget(tenant: tenant.id, connection: id)
        let checks = context.services.healthBook.checks(of: target)
        var object = health.json.object ?? [:]
        object["isFlapping"] = .bool(health.isFlapping(at: context.now))
        object["history"] = .array(Self.history(health.transitions, checks))
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }

    /// Transitions, which are kept, and the newest checks, which this process remembers.
    ///
    /// The newest first; a check that made a transition is told once.
    private static func history(
        _ transitions: [HealthTransition],
        _ checks: [HealthBook.Check]
    ) -> [JSONValue] {
        let known = Set(transitions.map(\.at))
        let latencies = Dictionary(checks.map { ($0.at, $0.latencyMilliseconds) }) { $1 }
        var items = transitions.map { one -> (Timestamp, JSONValue) in
            let latency = latencies[one.at] ?? nil
            return (one.at, item(one.at, one.to, from: one.from, latency, one.errorCode))
        }
        for check in checks where !known.contains(check.at) {
            let latency = check.latencyMilliseconds
            items.append((check.at, item(check.at, check.status, latency, check.errorCode)))
        }
        return items.sorted { $0.0 > $1.0 }.map(\.1)
    }

    private static func item(
        _ at: Timestamp,
        _ status: ConnectionHealth.Status,
        from: ConnectionHealth.Status? = nil,
        _ latency: Double?,
        _ errorCode: String?
    ) -> JSONValue {
        var object: JSONObject = [
            "at": .string(at.text), "status": .string(status.rawValue),
            "latencyMs": latency.flatMap(JSONDecimal.init).map { .decimal($0) } ?? .null,
            "errorCode": errorCode.map { .string($0) } ?? .null,
        ]
        object["from"] = from.map { .string($0.rawValue) }
        return .object(object)
    }
}
