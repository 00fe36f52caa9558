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
        let defect: SecretDefect?
    }

    private var readings: [ConnectionID: Reading] = [:]
    /// What health checks found that a rehearsal ran, and that are kept nowhere.
    private var rehearsed: [HealthRefresh.Finding] = []
    /// The connections whose checks a rehearsal ran, where it was needed.
    private(set) var asked: Set<ConnectionID> = []
    /// Whether secrets were read.
    let areSecretsRead: Bool

    private init(areSecretsRead: Bool = false) { self.areSecretsRead = areSecretsRead }

    /// Looks at what a config needs.
    ///
    /// A dry run looks alike, and keeps nothing of what it finds: neither the health nor its history.
    /// Unless it `rehearsesChecks` it runs no health checks, and the gate `HEALTH` may be pending.
    static func run(
        _ config: TenantAppConfig,
        _ scope: TenantScope,
        _ context: CommandContext,
        rehearsesChecks: Bool = true
    ) async throws(CommandError) -> PublishChecks {
        let refresh = HealthRefresh(scope: scope)
        let ids = config.bindings.map(\.connection)
        guard context.isDryRun else {
            try await refresh.run(config, context)
            return await reading(ids, scope, context.state, context)
        }
        var checks = await reading(ids, scope, context.state, context)
        if rehearsesChecks {
            let found = await refresh.rehearse(config, context)
            (checks.rehearsed, checks.asked) = (found.findings, found.asked)
        }
        return checks
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
                    let defect = SecretDefect(detail: words, isTemporary: true)
                    take(Reading(connection: connection, defect: defect))
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

    /// The state with what a rehearsal found, as it would be when it was for real.
    func seen(in state: State, _ tenant: TenantState, _ stamp: Ledger.Stamp) -> State {
        let changes = rehearsed.filter { $0.isAbout(tenant.connections[$0.connection.value.id]) }
            .map(\.change)
        return changes.isEmpty ? state : state.applying(changes, stamp)
    }

    /// Why secrets of a config's active connections can't be had; empty when nobody read them.
    ///
    /// One that was not read, since the config or the connection was changed meanwhile, is none that
    /// can be had.
    func defects(of config: TenantAppConfig, _ tenant: TenantState) -> [ConnectionID: SecretDefect]
    {
        guard areSecretsRead else { return [:] }
        var defects: [ConnectionID: SecretDefect] = [:]
        for binding in config.bindings {
            guard let connection = tenant.connections[binding.connection]?.value,
                connection.status == .active
            else { continue }
            defects[binding.connection] = defect(of: connection)
        }
        return defects
    }

    private func defect(of connection: Connection) -> SecretDefect? {
        guard let reading = readings[connection.id],
            reading.connection.secretReference == connection.secretReference,
            reading.connection.spec == connection.spec
        else {
            let words = "the connection was changed meanwhile, publish again"
            return SecretDefect(detail: words, isTemporary: true)
        }
        return reading.defect
    }
}
