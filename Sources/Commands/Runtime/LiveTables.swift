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

    /// A table, the values that it was compiled from, and answers that were made of it.
    private struct Entry {
        let tenantGeneration: UInt64
        let catalogGeneration: UInt64
        let live: LiveTable
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
    ) -> LiveTable? {
        let tenant = target.scope.read(state)
        let key = Key(tenant: tenant.id, line: target.line)
        let shard = shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))]
        let catalogGeneration = state.catalog.generation
        let known = shard.entries.withLock { $0[key] }
        if let known, known.tenantGeneration == tenant.generation,
            known.catalogGeneration == catalogGeneration
        {
            return known.live
        }
        let live = tenant.lines[target.line]?.live(in: environment.tier)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        guard let table = world.table(live).map({ LiveTable($0, tenant) }) else { return nil }
        let entry = Entry(
            tenantGeneration: tenant.generation,
            catalogGeneration: catalogGeneration,
            live: table
        )
        shard.entries.withLock { entries in
            if entries.count >= Self.tableCountMax / Self.shardCount { entries = [:] }
            entries[key] = entry
        }
        return table
    }
}

/// A live config, compiled, with the answers to `resolved` that were made of it.
final class LiveTable: Sendable {
    /// The most answers kept of one table.
    static let answerCountMax = 16
    /// The largest answer kept, in bytes.
    static let answerByteCountMax = 64 << 10

    /// The compiled config.
    let table: BindingTable
    /// The tenant, as the table was compiled from it.
    let tenant: TenantState
    private let answers = Mutex<[WorkflowName?: [UInt8]]>([:])

    init(_ table: BindingTable, _ tenant: TenantState) {
        self.table = table
        self.tenant = tenant
    }

    /// The answer for a workflow, made by `make` when it was not asked for before.
    func answer(_ workflow: WorkflowName?, _ make: () -> [UInt8]) -> [UInt8] {
        if let known = answers.withLock({ $0[workflow] }) { return known }
        let answer = make()
        guard answer.count <= Self.answerByteCountMax else { return answer }
        answers.withLock { answers in
            if answers.count >= Self.answerCountMax { answers = [:] }
            answers[workflow] = answer
        }
        return answer
    }
}
