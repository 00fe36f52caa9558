import JSON
import Ledger
import Model
import Policy

/// Changes of one tenant's world in memory, through the checks that the real writes make.
///
/// A config among them stands for the new live version of its line: it passes the publish gate.
struct ChangeRehearsal {
    private let scope: TenantScope
    private let context: CommandContext
    private let stamp: Ledger.Stamp
    /// The state with the changes so far.
    private(set) var state: State
    private var seen: Set<String> = []

    init(_ scope: TenantScope, _ context: CommandContext, _ state: State, _ stamp: Ledger.Stamp) {
        self.scope = scope
        self.context = context
        self.state = state
        self.stamp = stamp
    }

    /// Applies a member of the set.
    ///
    /// - Throws: What its real write would refuse, with pointers to it; `FORBIDDEN` for what the
    ///   caller may not write; `PATH_MISMATCH` for another tenant's; `INVALID_VALUE` for an object
    ///   that is there twice.
    mutating func apply(_ member: SetMember) throws(CommandError) {
        if let tenant = member.tenant, tenant != scope.tenant {
            // Whether there is such a tenant is not said.
            throw .invalid(
                .pathMismatch,
                at: member.tenantPlace,
                "is of another tenant than the path says"
            )
        }
        do throws(CommandError) {
            let plan = try self.plan(member)
            if !plan.changes.isEmpty { state = state.applying(plan.changes, stamp) }
        } catch {
            throw error.within(member.place)
        }
    }

    private mutating func plan(_ member: SetMember) throws(CommandError) -> Ledger.Plan<Written> {
        switch member.kind {
        case .integrationSpec: try planSpec(member.object)
        case .blueprint: try planBlueprint(member.object)
        case .connection: try planConnection(member.object)
        case .policy: try planPolicy(member.object, of: member.tenant)
        case .config: try planConfig(member.object)
        }
    }

    /// - Throws: `INVALID_VALUE` for an object that is there a second time.
    private mutating func note(_ kind: SetMember.Kind, _ id: String) throws(CommandError) {
        guard !seen.insert("\(kind.rawValue) \(id)").inserted else { return }
        throw .invalid(.invalidValue, at: .root, "the set has \(kind.rawValue) \(id) twice")
    }

    private func authorize(
        _ action: Action,
        _ tenant: TenantID?,
        _ environment: EnvironmentName? = nil
    ) throws(CommandError) {
        _ = try context.caller.authorize(action, tenant: tenant, environment: environment)
    }

    private func read<Value>(
        _ read: () throws(InvalidDocument) -> Value
    ) throws(CommandError) -> Value {
        do throws(InvalidDocument) {
            return try read()
        } catch {
            throw .invalid(error)
        }
    }

    private mutating func planSpec(_ body: JSONValue) throws(CommandError) -> Ledger.Plan<Written> {
        try authorize(.specsWrite, nil)
        let spec = try read { () throws(InvalidDocument) in
            let issues = IssueList()
            let spec = IntegrationSpec(reading: body, id: nil, issues: issues)
            try issues.throwErrors()
            return spec
        }
        try CommandError.checkSecrets(in: body)
        try note(.integrationSpec, "\(spec.id.key.text)@\(spec.id.version.text)")
        return try PutIntegrationSpec.plan(spec, state, stamp, .none)
    }

    private mutating func planBlueprint(
        _ body: JSONValue
    ) throws(CommandError) -> Ledger.Plan<Written> {
        try authorize(.blueprintsWrite, nil)
        let blueprint = try read { () throws(InvalidDocument) in
            let issues = IssueList()
            let blueprint = Blueprint(reading: body, id: nil, issues: issues)
            try issues.throwErrors()
            return blueprint
        }
        try CommandError.checkSecrets(in: body)
        try note(.blueprint, "\(blueprint.id.name.text)@\(blueprint.id.version.text)")
        return try PutBlueprint.plan(blueprint, state, stamp, .none)
    }

    private mutating func planConnection(
        _ body: JSONValue
    ) throws(CommandError) -> Ledger.Plan<Written> {
        try authorize(.connectionsWrite, scope.tenant)
        let id = try PutConnection.read(body, scope: scope, id: nil).id
        try note(.connection, id.text)
        return try PutConnection(scope: scope, id: id, body: body).plan(state, stamp, context)
    }

    /// A rule without a tenant is the platform's.
    private mutating func planPolicy(
        _ body: JSONValue,
        of tenant: TenantID?
    ) throws(CommandError) -> Ledger.Plan<Written> {
        try authorize(tenant == nil ? .globalPoliciesWrite : .policiesWrite, tenant)
        let rule = try read { () throws(InvalidDocument) in try PolicyRule(body, id: nil) }
        try CommandError.checkSecrets(in: body)
        try PutPolicy.check(rule, context.caller)
        try note(.policy, "\(tenant?.text ?? "") \(rule.id.text)")
        let owner: OwnerScope = tenant == nil ? .platform : .tenant(scope)
        return try PutPolicy.plan(rule, of: owner, state, stamp, context.caller)
    }

    private mutating func planConfig(
        _ body: JSONValue
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let state = state
        let named = try read { () throws(InvalidDocument) in
            try TenantAppConfig(
                body,
                tenant: scope.tenant,
                line: nil,
                latestVersion: { state.catalog.latestVersion(of: $0) }
            )
        }
        let target = ConfigScope(scope: scope, line: named.line)
        try authorize(.configsWrite, scope.tenant, named.environment)
        try note(.config, "\(named.line.blueprint.text)/\(named.environment.text)")
        let config = try ConfigDraft.read(body, target, state, version: nil)
        return try PublishConfig.planAtOnce(config, on: target, state, stamp, context)
    }
}
