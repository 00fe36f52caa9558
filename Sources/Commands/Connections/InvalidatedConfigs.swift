import JSON
import Ledger
import Model
import Resolver

/// The live configs of a tenant that writes of its connections make invalid, which go on being served.
///
/// A config's own writes are judged when it goes live; what it binds may change under it. The contract
/// refuses no such write, so that it is told instead: to the writer, in a dry run too, and in the trail.
struct InvalidatedConfigs: Sendable {
    /// The most errors told.
    static let errorCountMax = 100
    /// The most bindings judged: about a tenth of a second, while other writers wait.
    static let bindingCountMax = 20_000

    private var configs: [JSONValue] = []
    private var errorCount = 0
    private var bindingCount = 0
    private var isCut = false

    /// None.
    init() {}

    /// Adds those that bind one of the connections and were valid, or less wrong, before.
    mutating func add(
        _ ids: Set<ConnectionID>,
        _ scope: TenantScope,
        before: State,
        after: State,
        _ context: CommandContext
    ) {
        let (old, new) = (scope.read(before), scope.read(after))
        let changed = ids.filter {
            old.connections[$0]?.value.config != new.connections[$0]?.value.config
        }
        guard !changed.isEmpty else { return }
        for (id, line) in new.lines.sorted(by: { $0.key < $1.key })
        where context.caller.credential.mayAct(in: id.environment) {
            let environment = context.services.environments.first { $0.name == id.environment }
            guard let environment, let live = line.live(in: environment.tier) else { continue }
            let bindings = live.value.config.bindings.enumerated()
                .filter { changed.contains($0.element.connection) }
                .map { (index: $0.offset, binding: $0.element) }
            guard !bindings.isEmpty else { continue }
            bindingCount += bindings.count
            guard bindingCount <= Self.bindingCountMax else {
                isCut = true
                return
            }
            let was =
                old.lines[id]?.live(in: environment.tier)?.value.config.document
                    == live.value.config.document
                ? Set(Self.errors(of: bindings, old, before)) : []
            let errors = Self.errors(of: bindings, new, after).filter { !was.contains($0) }
            add(errors, scope.tenant, id, live)
        }
    }

    private static func errors(
        of bindings: [(index: Int, binding: Binding)],
        _ tenant: TenantState,
        _ state: State
    ) -> [Issue] {
        MergedConfigCheck.errors(
            of: bindings,
            connection: { tenant.connections[$0]?.value },
            spec: { state.catalog.specs[$0]?.value }
        )
    }

    private mutating func add(
        _ errors: [Issue],
        _ tenant: TenantID,
        _ line: ConfigLineID,
        _ live: Stored<ConfigVersion>
    ) {
        guard !errors.isEmpty else { return }
        let told = errors.prefix(Self.errorCountMax - errorCount)
        errorCount += told.count
        if told.count < errors.count { isCut = true }
        guard !told.isEmpty else { return }
        configs.append([
            "tenantId": .string(tenant.text), "blueprint": .string(line.blueprint.text),
            "environment": .string(line.environment.text),
            "version": .integer(Int64(live.value.number)),
            "errors": .array(told.map(\.json)),
        ])
    }

    /// Writes them into an answer or a record, and says so when not all are there; nothing for none.
    func write(into object: inout JSONObject) {
        if !configs.isEmpty { object["invalidates"] = .array(configs) }
        if isCut { object["invalidatesIsCut"] = true }
    }
}

extension Ledger.Plan<Written> {
    /// The plan of a write of a connection, with the live configs that it makes invalid.
    func tellingInvalidated(
        by id: ConnectionID,
        _ scope: TenantScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) -> Self {
        guard !changes.isEmpty, scope.read(state).connections[id] != nil else { return self }
        var invalidated = InvalidatedConfigs()
        let after = state.applying(changes, stamp)
        invalidated.add([id], scope, before: state, after: after, context)
        var written = answer
        written.invalidated = invalidated
        return Ledger.Plan(changes, answer: written)
    }
}
