import Ledger
import Model
import Policy
import Synchronization

/// Which of a tenant's live configs bind a connection or admit a workflow, so that a question about
/// one looks at no other config.
///
/// It is read from the configs as they are written, and compiles none of them.
struct ReachIndex: Sendable {
    /// The lines that are live, sorted.
    let lines: [ConfigLineID]
    /// The places in `lines` of those that bind a connection, ascending.
    private var byConnection: [ConnectionID: [Int]] = [:]
    /// The bound connections of a spec.
    private var bySpec: [SpecID: [ConnectionID]] = [:]
    /// The workflows that some binding admits, by the line's place.
    private var workflows = WorkflowIndex()

    /// The index of what is live in the declared environments.
    ///
    /// - Complexity: O(versions of all lines + bindings of the live ones).
    init(_ tenant: TenantState, _ environments: [Environment]) {
        let tiers = Dictionary(environments.map { ($0.name, $0.tier) }) { first, _ in first }
        let live = tenant.lines
            .compactMap { id, line -> (ConfigLineID, [Binding])? in
                guard let tier = tiers[id.environment], let version = line.live(in: tier) else {
                    return nil
                }
                return (id, version.value.config.bindings)
            }
            .sorted { $0.0 < $1.0 }
        lines = live.map(\.0)
        for (place, (_, bindings)) in live.enumerated() { add(bindings, place) }
        for id in byConnection.keys {
            guard let connection = tenant.connections[id]?.value else { continue }
            bySpec[connection.spec, default: []].append(id)
        }
    }

    private mutating func add(_ bindings: [Binding], _ place: Int) {
        var patterns: [Pattern]? = []
        for binding in bindings {
            if byConnection[binding.connection]?.last != place {
                byConnection[binding.connection, default: []].append(place)
            }
            guard let listed = binding.scope.workflows else {
                patterns = nil
                continue
            }
            patterns?.append(contentsOf: listed)
        }
        workflows.add(place, patterns)
    }

    /// The lines that bind the connection, sorted.
    func lines(binding connection: ConnectionID) -> [ConfigLineID] {
        (byConnection[connection] ?? []).map { lines[$0] }
    }

    /// The lines that bind a connection of one of the specs, sorted.
    func lines(bindingAnyOf specs: [SpecID]) -> [ConfigLineID] {
        let places = specs.flatMap { bySpec[$0] ?? [] }.flatMap { byConnection[$0] ?? [] }
        return Set(places).sorted().map { lines[$0] }
    }

    /// The lines of which some binding admits the workflow, sorted; `stepCount` grows by what it cost
    /// to compare patterns.
    func lines(admitting workflow: WorkflowName, stepCount: inout Int) -> [ConfigLineID] {
        var places: [Int] = []
        stepCount += workflows.forEachHit(workflow) { places.append($0.binding) }
        return places.sorted().map { lines[$0] }
    }
}

/// The indexes of tenants, made when first asked for: a tenant's again when its connections or
/// configs have changed, whatever happens to health and rules.
final class ReachIndexes: Sendable {
    /// The most tenants kept; beyond, all are made again.
    static let tenantCountMax = 10_000

    private struct Entry {
        let generation: UInt64
        let index: ReachIndex
    }

    /// Which specs bring an operation, in one generation of the catalog.
    private struct Operations {
        let generation: UInt64
        let specs: [OperationID: [SpecID]]
    }

    private let entries = Mutex<[TenantID: Entry]>([:])
    private let operations = Mutex<Operations?>(nil)

    /// The tenant's index.
    func index(of tenant: TenantState, _ environments: [Environment]) -> ReachIndex {
        let known = entries.withLock { $0[tenant.id] }
        if let known, known.generation == tenant.configGeneration { return known.index }
        let index = ReachIndex(tenant, environments)
        let entry = Entry(generation: tenant.configGeneration, index: index)
        entries.withLock { entries in
            if entries.count >= Self.tenantCountMax { entries = [:] }
            entries[tenant.id] = entry
        }
        return index
    }

    /// The specs that bring the operation to some capability.
    func specs(bringing operation: OperationID, _ catalog: Catalog) -> [SpecID] {
        let known = operations.withLock { $0 }
        if let known, known.generation == catalog.generation {
            return known.specs[operation] ?? []
        }
        var specs: [OperationID: [SpecID]] = [:]
        for (id, spec) in catalog.specs {
            for operation in Set(spec.value.provides.map(\.operation)) {
                specs[operation, default: []].append(id)
            }
        }
        let made = Operations(generation: catalog.generation, specs: specs)
        operations.withLock { $0 = made }
        return specs[operation] ?? []
    }
}
