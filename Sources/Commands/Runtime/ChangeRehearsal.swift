import JSON
import Ledger
import Model
import Policy

/// Changes of one tenant's world in memory, through the checks that the real writes make.
///
/// A config among them stands for the new live version of its line: it passes the publish gate.
struct ChangeRehearsal {
    /// What a config in the set stands for; of a connection the status is a wish as well.
    enum ConfigWish { case liveVersion, statusItSays }

    /// What became of a member.
    struct Planned {
        let id: String
        let environment: EnvironmentName?
        /// Of a config its line.
        var target: ConfigScope?
        /// Of a rule that the set makes or changes itself, and whose it is: its tests are run on
        /// the whole set.
        var tested: (rule: PolicyRule, owner: OwnerScope)?
        /// Of a config the gates that it passes; nil for one that passes none.
        var gates: StepGates?
        /// Of a connection the status that is left as it is.
        var drift: SetDrift?
        let plan: Ledger.Plan<Written>
    }

    /// Whose objects; nil while those of the platform are planned.
    var scope: TenantScope?
    /// What was looked at outside of the store for configs that go live, tenant by tenant.
    var checks: [TenantScope: PublishChecks] = [:]
    let context: CommandContext
    let stamp: Ledger.Stamp
    private let configWish: ConfigWish
    /// The state with the changes so far.
    private(set) var state: State
    /// The objects of the set so far, by kind, owner and id.
    private(set) var seen: Set<String> = []
    /// The run of tests on the state as it is; all rules of the set share it.
    private var testRun: PolicyTestRun?

    init(
        _ scope: TenantScope?,
        _ context: CommandContext,
        _ state: State,
        _ stamp: Ledger.Stamp,
        configs configWish: ConfigWish = .liveVersion
    ) {
        self.scope = scope
        self.configWish = configWish
        self.context = context
        self.state = state
        self.stamp = stamp
    }

    /// Applies a member of the set.
    ///
    /// - Throws: What its real write would refuse, with pointers to it; `FORBIDDEN` for what the
    ///   caller may not write; `PATH_MISMATCH` for another tenant's; `INVALID_VALUE` for an object
    ///   that is there twice.
    @discardableResult
    mutating func apply(_ member: SetMember) throws(CommandError) -> Planned {
        if let scope, let tenant = member.tenant, tenant != scope.tenant {
            // Whether there is such a tenant is not said.
            throw .invalid(
                .pathMismatch,
                at: member.tenantPlace,
                "is of another tenant than the path says"
            )
        }
        do throws(CommandError) {
            let planned = try plan(member)
            take(planned.plan.changes)
            return planned
        } catch {
            throw error.within(member.place)
        }
    }

    /// Runs the tests of a rule of the set, on the state that the whole set makes.
    ///
    /// - Throws: `POLICY_TEST_FAILED`, with pointers to the member.
    mutating func runTests(
        of tested: (rule: PolicyRule, owner: OwnerScope),
        _ member: SetMember
    ) throws(CommandError) {
        var run = testRun ?? PolicyTestRun(context, rehearsing: state)
        defer { testRun = run }
        do throws(CommandError) {
            try PutPolicy.runTests(of: tested.rule, tested.owner, &run)
        } catch {
            throw error.within(member.place)
        }
    }

    /// Publishes a version of the line's, through the gate.
    mutating func publish(
        _ version: Stored<ConfigVersion>,
        on target: ConfigScope
    ) throws(CommandError) {
        try authorize(.configsWrite, target.scope.tenant, target.line.environment)
        take(try PublishConfig.planAtOnce(version, on: target, state, stamp, context))
    }

    /// Goes on with the state that the changes make.
    mutating func take(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        // First, since it holds the state: a state with one owner copies no table.
        testRun = nil
        state.rehearse(changes, stamp)
    }

    /// The tenant's scope: the kinds that are a tenant's come with one.
    func owned() -> TenantScope {
        guard let scope else { preconditionFailure("a tenant's object has a tenant") }
        return scope
    }

    /// How an object of a set is told from the others of its kind.
    static func name(_ kind: SetMember.Kind, _ tenant: TenantID?, _ id: String) -> String {
        "\(kind.rawValue) \(tenant?.text ?? "") \(id)"
    }

    private mutating func plan(_ member: SetMember) throws(CommandError) -> Planned {
        switch member.kind {
        case .integrationSpec: try planSpec(member.object)
        case .blueprint: try planBlueprint(member.object)
        case .connection:
            if let move = member.action {
                try planMove(move, member.object)
            } else {
                try planConnection(member.object)
            }
        case .entity: try planEntity(member.object)
        case .policy: try planPolicy(member.object, of: member.tenant)
        case .config: try planConfig(member.object)
        }
    }

    /// - Throws: `INVALID_VALUE` for an object that is there a second time.
    mutating func note(
        _ kind: SetMember.Kind,
        _ tenant: TenantID?,
        _ id: String
    ) throws(CommandError) {
        guard !seen.insert(Self.name(kind, tenant, id)).inserted else { return }
        throw .invalid(.invalidValue, at: .root, "the set has \(kind.rawValue) \(id) twice")
    }

    func authorize(
        _ action: Action,
        _ tenant: TenantID?,
        _ environment: EnvironmentName? = nil
    ) throws(CommandError) {
        _ = try context.caller.authorize(action, tenant: tenant, environment: environment)
    }

    private mutating func planSpec(_ body: JSONValue) throws(CommandError) -> Planned {
        try authorize(.specsWrite, nil)
        let spec = try PutIntegrationSpec.read(body, id: nil)
        let id = "\(spec.id.key.text)@\(spec.id.version.text)"
        try note(.integrationSpec, nil, id)
        let plan = try PutIntegrationSpec.plan(spec, state, stamp, .none)
        return Planned(id: id, environment: nil, plan: plan)
    }

    private mutating func planBlueprint(
        _ body: JSONValue
    ) throws(CommandError) -> Planned {
        try authorize(.blueprintsWrite, nil)
        let blueprint = try PutBlueprint.read(body, id: nil)
        let id = "\(blueprint.id.name.text)@\(blueprint.id.version.text)"
        try note(.blueprint, nil, id)
        let plan = try PutBlueprint.plan(blueprint, state, stamp, .none)
        return Planned(id: id, environment: nil, plan: plan)
    }

    private mutating func planConnection(
        _ body: JSONValue
    ) throws(CommandError) -> Planned {
        let scope = owned()
        try authorize(.connectionsWrite, scope.tenant)
        let named = try PutConnection.read(body, scope: scope, id: nil)
        try note(.connection, scope.tenant, named.id.text)
        let put = PutConnection(scope: scope, id: named.id, body: body)
        let (id, environment) = (named.id.text, named.environment)
        switch configWish {
        case .liveVersion:
            let plan = try put.plan(state, stamp, context)
            return Planned(id: id, environment: environment, plan: plan)
        case .statusItSays:
            let planned = try put.planOfSet(state, stamp, context)
            return Planned(
                id: id,
                environment: environment,
                drift: planned.drift,
                plan: planned.plan
            )
        }
    }

    private mutating func planEntity(_ body: JSONValue) throws(CommandError) -> Planned {
        let scope = owned()
        try authorize(.entitiesWrite, scope.tenant)
        let entity = try PutEntity.read(body, key: nil, context.caller)
        try note(.entity, scope.tenant, entity.key.text)
        let plan = try PutEntity.plan(entity, scope, state, stamp)
        return Planned(id: entity.key.text, environment: nil, plan: plan)
    }

    /// A rule without a tenant is the platform's.
    private mutating func planPolicy(
        _ body: JSONValue,
        of tenant: TenantID?
    ) throws(CommandError) -> Planned {
        try authorize(tenant == nil ? .globalPoliciesWrite : .policiesWrite, tenant)
        let rule = try PutPolicy.read(body, id: nil, context.caller)
        try note(.policy, tenant, rule.id.text)
        let owner: OwnerScope = tenant == nil ? .platform : .tenant(owned())
        let plan = try PutPolicy.plan(rule, of: owner, state, stamp, context.caller)
        var planned = Planned(id: rule.id.text, environment: nil, plan: plan)
        if !plan.changes.isEmpty, rule.isTested { planned.tested = (rule, owner) }
        return planned
    }

    private mutating func planConfig(
        _ body: JSONValue
    ) throws(CommandError) -> Planned {
        let scope = owned()
        let config = try ConfigDraft.parse(body, scope, line: nil, state, version: nil)
        let target = ConfigScope(scope: scope, line: config.line)
        try authorize(.configsWrite, scope.tenant, config.environment)
        let id = "\(config.line.blueprint.text)/\(config.environment.text)"
        try note(.config, scope.tenant, id)
        try ConfigDraft.check(config, scope, state)
        let planned: (plan: Ledger.Plan<Written>, gates: StepGates?) =
            switch configWish {
            case .liveVersion:
                (try PublishConfig.planAtOnce(config, on: target, state, stamp, context), nil)
            case .statusItSays:
                try WishedConfig(config, said: body["meta"]?["status"], on: target)
                    .plan(
                        state,
                        stamp,
                        context,
                        knowing: checks[scope] ?? (context.isDryRun ? .none : .nothingRead)
                    )
            }
        return Planned(
            id: id,
            environment: config.environment,
            target: target,
            gates: planned.gates,
            plan: planned.plan
        )
    }
}
