import Execution
import Ledger
import Model
import Platform

/// What is looked at outside of the store before a config goes live: the health checks that are
/// missing or stale, and the secrets of its connections.
///
/// The gates are judged later, on the very state that the step changes, and know these by it.
struct PublishChecks: Sendable {
    /// The most secrets that are read at the same time.
    static let concurrencyMax = 8
    /// How long the read of one secret may take.
    static let secretTimeMax = Duration.seconds(5)
    /// How long reads are begun.
    static let timeMax = Duration.seconds(60)

    /// Nothing was looked at, as for a rehearsal.
    static let none = PublishChecks()
    /// What goes live can't rest on it: it needs no connection, or was not looked at in time.
    static let nothingRead = PublishChecks(areSecretsRead: true)

    /// What was read of a secret.
    private struct Reading: Sendable {
        /// The connection that named it, as it was.
        let connection: Connection
        /// Why it can't be had; nil when it can.
        let defect: String?
    }

    private var readings: [ConnectionID: Reading] = [:]
    /// Whether secrets were read.
    let areSecretsRead: Bool

    private init(areSecretsRead: Bool = false) { self.areSecretsRead = areSecretsRead }

    /// Looks at what a config needs; a dry run runs no health checks, which call providers.
    static func run(
        _ config: TenantAppConfig,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) -> PublishChecks {
        try await HealthRefresh(scope: scope).run(config, context)
        return await reading(config.bindings.map(\.connection), scope, context.state, context)
    }

    /// Reads the secrets of these connections, as they are in a state that need not be in the store.
    static func reading(
        _ ids: [ConnectionID],
        _ scope: TenantScope,
        _ state: State,
        _ context: CommandContext
    ) async -> PublishChecks {
        let tenant = scope.read(state)
        let connections = Set(ids).sorted().compactMap { tenant.connections[$0]?.value }
        let start = MonotonicClock.now
        var checks = PublishChecks.nothingRead
        await withTaskGroup(of: Reading.self) { group in
            func take(_ reading: Reading) { checks.readings[reading.connection.id] = reading }
            var begun = 0
            for connection in connections {
                guard let spec = state.catalog.specs[connection.spec]?.value else {
                    // Without a spec it has an error of its own.
                    take(Reading(connection: connection, defect: nil))
                    continue
                }
                if begun >= concurrencyMax, let one = await group.next() { take(one) }
                guard MonotonicClock.now - start < timeMax else {
                    let words = "there was no time to read it, publish again"
                    take(Reading(connection: connection, defect: words))
                    continue
                }
                begun += 1
                let checker = context.services.healthChecker
                group.addTask {
                    let defect = await checker.secretDefect(
                        of: connection,
                        spec,
                        within: secretTimeMax
                    )
                    return Reading(connection: connection, defect: defect)
                }
            }
            for await one in group { take(one) }
        }
        return checks
    }

    /// Why secrets of a config's active connections can't be had; empty when nobody read them.
    ///
    /// One that was not read, since the config or the connection was changed meanwhile, is none that
    /// can be had.
    func defects(of config: TenantAppConfig, _ tenant: TenantState) -> [ConnectionID: String] {
        guard areSecretsRead else { return [:] }
        var defects: [ConnectionID: String] = [:]
        for binding in config.bindings {
            guard let connection = tenant.connections[binding.connection]?.value,
                connection.status == .active
            else { continue }
            defects[binding.connection] = defect(of: connection)
        }
        return defects
    }

    private func defect(of connection: Connection) -> String? {
        guard let reading = readings[connection.id],
            reading.connection.secretReference == connection.secretReference,
            reading.connection.spec == connection.spec
        else { return "the connection was changed meanwhile, publish again" }
        return reading.defect
    }
}
