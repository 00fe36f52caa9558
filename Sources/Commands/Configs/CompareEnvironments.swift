import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers how what is live in one environment differs from what is live in another one: the drift
/// between them.
///
/// Connections differ in any case, so that each counts as what it is of: the integration, its
/// version and its ownership mode.
public struct CompareEnvironments: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The other environment, as the query names it.
    public let against: String?

    /// A request.
    public init(target: ConfigScope, against: String?) {
        self.target = target
        self.against = against
    }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_PARAMETER`; `CONFIG_NOT_LIVE` for either; `UNKNOWN_ENVIRONMENT`;
    ///   `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` for the other one.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        guard let name = against.flatMap(EnvironmentName.init), name != target.line.environment
        else { throw .parameter("against", "must name another environment") }
        try context.caller.check(name)
        let state = context.state
        let other = ConfigScope(
            scope: target.scope,
            line: ConfigLineID(blueprint: target.line.blueprint, environment: name)
        )
        let here = try table(target, state, context)
        let there = try table(other, state, context)
        let budget = WorkBudget()
        let diff = RulesCompared(target.scope, unchanged: state, budget)
            .diff(before: here, after: there, of: target, to: other, budget, as: .integrations)
        let tenant = target.scope.read(state)
        var object: JSONObject = [
            "environment": .string(target.line.environment.text),
            "version": .integer(Int64(here.versionNumber)), "against": .string(name.text),
            "againstVersion": .integer(Int64(there.versionNumber)),
            "patch": JSONDiff.patch(
                from: .object(Self.comparable(here.config, tenant)),
                to: .object(Self.comparable(there.config, tenant))
            ),
            "access": .array(diff.changes.map { .object($0.decisionJSON) }),
            "accounts": .array(
                AccountDrift(
                    Self.bindings(here.config, tenant),
                    Self.bindings(there.config, tenant)
                )
                .json
            ),
        ]
        if diff.isCut { object["accessIsCut"] = true }
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }

    private func table(
        _ target: ConfigScope,
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> BindingTable {
        _ = try target.environment(context.services.environments)
        guard let table = context.services.table(target, state) else {
            throw ConfigGate.notLive(target)
        }
        return table
    }

    /// The bindings as they are compared, with their connections.
    private static func bindings(
        _ config: TenantAppConfig,
        _ tenant: TenantState
    ) -> [AccountDrift.Bound] {
        let documents = comparable(config, tenant)["integrations"]?.array ?? []
        return zip(documents, config.bindings)
            .map { AccountDrift.Bound(binding: $0, connection: $1.connection) }
    }

    /// The config without what is its environment's own.
    private static func comparable(
        _ config: TenantAppConfig,
        _ tenant: TenantState
    ) -> JSONObject {
        var object = config.document.object
        var meta = object["meta"]?.object ?? [:]
        meta["environment"] = nil
        object["meta"] = .object(meta)
        let bindings = (object["integrations"]?.array ?? [])
            .map { binding -> JSONValue in
                guard var members = binding.object,
                    let id = members["connectionId"]?.string.flatMap(ConnectionID.init)
                else { return binding }
                members["connectionId"] = nil
                let connection = tenant.connections[id]?.value
                members["connectionOf"] =
                    connection.map { connection in
                        .object([
                            "integration": .string(connection.spec.key.text),
                            "version": connection.spec.version.json,
                            "ownershipMode": .string(connection.mode.rawValue),
                        ])
                    } ?? .null
                return .object(members)
            }
        object["integrations"] = .array(bindings)
        return object
    }
}
