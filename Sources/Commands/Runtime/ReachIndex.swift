import Ledger
import Model
import Resolver
import Synchronization

/// Which lines of a tenant bind a connection or have an operation, so that a question about one
/// looks at no other line.
struct ReachIndex: Sendable {
    /// The lines that are live, sorted.
    fileprivate(set) var lines: [ConfigLineID] = []
    fileprivate(set) var byConnection: [ConnectionID: [ConfigLineID]] = [:]
    fileprivate(set) var byOperation: [OperationID: [ConfigLineID]] = [:]
}

/// The indexes of tenants: made when first asked for, and again when something of the tenant or of
/// the catalog has changed.
final class ReachIndexes: Sendable {
    /// The most tenants kept; beyond, all are made again.
    static let tenantCountMax = 10_000

    private struct Entry {
        let tenantGeneration: UInt64
        let catalogGeneration: UInt64
        let index: ReachIndex
    }

    private let entries = Mutex<[TenantID: Entry]>([:])

    /// The tenant's index.
    func index(of scope: TenantScope, _ state: State, _ services: Services) -> ReachIndex {
        let tenant = scope.read(state)
        let known = entries.withLock { $0[tenant.id] }
        if let known, known.tenantGeneration == tenant.generation,
            known.catalogGeneration == state.catalog.generation
        {
            return known.index
        }
        var index = ReachIndex()
        for line in tenant.lines.keys.sorted() {
            guard let table = services.table(ConfigScope(scope: scope, line: line), state) else {
                continue
            }
            index.lines.append(line)
            for id in table.connectionIDs { index.byConnection[id, default: []].append(line) }
            for id in table.servedOperations { index.byOperation[id, default: []].append(line) }
        }
        let entry = Entry(
            tenantGeneration: tenant.generation,
            catalogGeneration: state.catalog.generation,
            index: index
        )
        entries.withLock { entries in
            if entries.count >= Self.tenantCountMax { entries = [:] }
            entries[tenant.id] = entry
        }
        return index
    }
}

extension Services {
    /// What is live on a line, compiled; nil when nothing is.
    func table(_ target: ConfigScope, _ state: State) -> BindingTable? {
        let environment = environments.first { $0.name == target.line.environment }
        return environment.flatMap { tables.table(target, state, $0)?.table }
    }
}

/// Which lines a question about reach is narrowed to.
public struct ReachFilter: Sendable {
    private let blueprint: String?
    private let environment: String?

    /// The filters `blueprint` and `environment`; nil for all.
    public init(blueprint: String?, environment: String?) {
        (self.blueprint, self.environment) = (blueprint, environment)
    }

    /// Those of the lines that are wanted, and in whose environment the caller may act.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` when one is asked for by name in which it may not.
    func lines(
        _ lines: [ConfigLineID],
        _ caller: Caller
    ) throws(CommandError) -> [ConfigLineID] {
        if let name = environment.flatMap(EnvironmentName.init) { try caller.check(name) }
        return lines.filter { line in
            (blueprint ?? line.blueprint.text) == line.blueprint.text
                && (environment ?? line.environment.text) == line.environment.text
                && caller.credential.mayAct(in: line.environment)
        }
    }
}

extension ConfigLineID {
    /// The line's part of a page's key: sorts as lines do, since a space comes before every
    /// character of a name.
    var pageKey: String { "\(blueprint.text) \(environment.text)" }
}

/// A number's part of a page's key: behind its length it sorts as a number.
func reachPageKey(_ line: ConfigLineID, _ index: Int) -> String {
    let text = "\(index)"
    return "\(line.pageKey) \(text.utf8.count)\(text)"
}
