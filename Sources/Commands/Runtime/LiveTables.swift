import Ledger
import Model
import Resolver
import Synchronization

/// The live configs, compiled: made when first asked for, and again when something of the tenant or
/// of the catalog has changed.
final class LiveTables: Sendable {
    /// The most tables kept; beyond, the shard that is full starts again.
    static let tableCountMax = 65_536
    private static let shardCount = 64

    /// Names a live config.
    struct Key: Hashable {
        let tenant: TenantID
        let line: ConfigLineID
    }

    /// A table, and the values that it was compiled from.
    private struct Entry {
        let tenantGeneration: UInt64
        let catalogGeneration: UInt64
        let table: BindingTable
    }

    private final class Shard: Sendable {
        let entries = Mutex<[Key: Entry]>([:])
    }

    private let shards = (0..<LiveTables.shardCount).map { _ in Shard() }

    /// The table of what is live on the line; nil when nothing is.
    func table(
        _ target: ConfigScope,
        _ state: State,
        _ environment: Environment
    ) -> BindingTable? {
        let tenant = target.scope.read(state)
        let key = Key(tenant: tenant.id, line: target.line)
        let shard = shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))]
        let catalogGeneration = state.catalog.generation
        let known = shard.entries.withLock { $0[key] }
        if let known, known.tenantGeneration == tenant.generation,
            known.catalogGeneration == catalogGeneration
        {
            return known.table
        }
        let live = tenant.lines[target.line]?.live(in: environment.tier)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        guard let table = world.table(live) else { return nil }
        let entry = Entry(
            tenantGeneration: tenant.generation,
            catalogGeneration: catalogGeneration,
            table: table
        )
        shard.entries.withLock { entries in
            if entries.count >= Self.tableCountMax / Self.shardCount { entries = [:] }
            entries[key] = entry
        }
        return table
    }
}
