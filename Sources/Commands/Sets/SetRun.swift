import JSON
import Ledger
import Model
import Policy

/// One set on its way into the store: the changes so far, and the state that they make.
struct SetRun {
    let context: CommandContext
    let stamp: Ledger.Stamp
    private(set) var rehearsal: ChangeRehearsal
    private(set) var changes: [Change] = []
    private(set) var parts: [SetChange] = []
    /// The tenants that the set has objects of.
    private(set) var scopes: [TenantID: TenantScope] = [:]
    /// What the set was planned on.
    let before: State
    /// What is removed of that which is not in the set.
    private var pruning = ApplySet.Pruning.nothing
    /// The configs that the set changes, to be judged once more on the whole of it.
    private var moved: [(member: SetMember, target: ConfigScope, gates: StepGates?)] = []
    /// The rules that the set changes, to be tested on the whole of it.
    private var tested: [(member: SetMember, rule: (rule: PolicyRule, owner: OwnerScope))] = []

    init(_ context: CommandContext, _ state: State, _ stamp: Ledger.Stamp) {
        self.context = context
        self.stamp = stamp
        before = state
        rehearsal = ChangeRehearsal(nil, context, state, stamp, configs: .statusItSays)
    }

    // MARK: What is in the set

    /// Applies the members and, when it prunes, removes what is none of them: kind by kind as they need
    /// one another, else as written.
    ///
    /// Rules that go are gone, and what was found of connections is known, before a config is judged.
    mutating func apply(
        _ members: [SetMember],
        knowing found: SetChecks.Found,
        pruning: ApplySet.Pruning
    ) throws(CommandError) {
        self.pruning = pruning
        try applyAllButConfigs(members)
        try prune(members) { $0.isNeededByNone }
        try applyConfigs(members, knowing: found)
        try prune(members) { !$0.isNeededByNone }
    }

    private mutating func applyConfigs(
        _ members: [SetMember],
        knowing found: SetChecks.Found
    ) throws(CommandError) {
        note(found.findings)
        rehearsal.checks = found.checks
        var refusals = SetRefusals()
        try apply(.config, of: members, &refusals)
        try refusals.check()
    }

    /// Runs the tests of the rules that the set changes, on all that it makes; together they cost no
    /// more than those of one rule may.
    ///
    /// - Throws: `POLICY_TEST_FAILED`, `LIMIT_EXCEEDED`, with each rule that is refused.
    mutating func runTests() throws(CommandError) {
        var refusals = SetRefusals()
        for (member, rule) in tested {
            do throws(CommandError) {
                try rehearsal.runTests(of: rule, member)
            } catch {
                try refusals.note(error, of: member)
            }
        }
        try refusals.check()
    }

    /// Whether the set changes rules that bring tests.
    var isTested: Bool { !tested.isEmpty }

    /// Applies what configs need.
    ///
    /// - Throws: All that is refused of it, but of objects that need what is refused.
    mutating func applyAllButConfigs(_ members: [SetMember]) throws(CommandError) {
        var refusals = SetRefusals()
        for kind in SetMember.Kind.allCases where kind != .config && !refusals.reach(kind) {
            try apply(kind, of: members, &refusals)
        }
        try refusals.check()
    }

    private mutating func apply(
        _ kind: SetMember.Kind,
        of members: [SetMember],
        _ refusals: inout SetRefusals
    ) throws(CommandError) {
        for member in members where member.kind == kind {
            do throws(CommandError) {
                try apply(member)
            } catch {
                try refusals.note(error, of: member)
            }
        }
    }

    /// Keeps what checks found of the connections that the set makes or changes.
    private mutating func note(_ findings: [HealthRefresh.Finding]) {
        let state = rehearsal.state
        let made = findings.filter { finding in
            let connection = finding.connection.value
            let now = state.tenant(connection.tenant).connections[connection.id]
            return now?.revision == stamp.revision && now?.value.document == connection.document
        }
        let kept = made.map(\.change)
        changes += kept
        rehearsal.take(kept)
    }

    private mutating func apply(_ member: SetMember) throws(CommandError) {
        rehearsal.scope = try scope(of: member)
        if let scope = rehearsal.scope { scopes[scope.tenant] = scope }
        let planned = try rehearsal.apply(member)
        let written = planned.plan.answer
        changes += planned.plan.changes
        if let target = planned.target, !planned.plan.changes.isEmpty {
            moved.append((member, target, planned.gates))
        }
        if let rule = planned.tested { tested.append((member, rule)) }
        let isNew = written.before == nil
        parts.append(
            SetChange(
                kind: member.kind,
                tenant: rehearsal.scope?.tenant,
                id: planned.id,
                environment: planned.environment,
                action: planned.plan.changes.isEmpty ? .unchanged : isNew ? .create : .update,
                gates: planned.gates?.verdicts ?? [],
                drift: planned.drift,
                obstacle: planned.gates?.obstacle,
                written: written
            )
        )
    }

    /// The right to the member's tenant; nil for what is the platform's.
    ///
    /// A tenant's own key may leave its tenant out, but for policy rules: one without a tenant is
    /// the platform's.
    func scope(of member: SetMember) throws(CommandError) -> TenantScope? {
        switch member.kind {
        case .integrationSpec, .blueprint: return nil
        case .policy:
            guard let tenant = member.tenant else { return nil }
            return try context.caller.authorize(.policiesWrite, tenant: tenant, environment: nil)
        case .connection, .entity, .config:
            guard let tenant = member.tenant ?? context.caller.credential.tenant else {
                throw .invalid(.missingField, at: member.tenantPlace, "is required")
            }
            let action: Action =
                switch member.kind {
                case .config: .configsWrite
                case .entity: .entitiesWrite
                default: .connectionsWrite
                }
            return try context.caller.authorize(action, tenant: tenant, environment: nil)
        }
    }

    // MARK: What is not in it

    /// Removes the objects of the members' kinds and tenants that are no members, and have the label
    /// when one is asked for.
    ///
    /// Those that need others go first. A config's live version is archived.
    private mutating func prune(
        _ members: [SetMember],
        where isWanted: (SetMember.Kind) -> Bool
    ) throws(CommandError) {
        guard pruning != .nothing else { return }
        for kind in SetMember.Kind.allCases.reversed() where isWanted(kind) {
            var scopes: [TenantScope?] = []
            var seen: Set<TenantScope?> = []
            for member in members where member.kind == kind {
                let scope = try scope(of: member)
                if seen.insert(scope).inserted { scopes.append(scope) }
            }
            for scope in scopes { try prune(kind, scope) }
        }
    }

    private mutating func prune(
        _ kind: SetMember.Kind,
        _ scope: TenantScope?
    ) throws(CommandError) {
        let state = rehearsal.state
        switch kind {
        case .integrationSpec:
            for (id, stored) in state.catalog.specs.sorted(by: { $0.key < $1.key })
            where pruning.takes(stored.value.document) {
                let name = "\(id.key.text)@\(id.version.text)"
                try remove(kind, nil, name) { (state, _) throws(CommandError) in
                    try DeleteIntegrationSpec(id: id).plan(state)
                }
            }
        case .blueprint:
            for (id, stored) in state.catalog.blueprints.sorted(by: { $0.key < $1.key })
            where pruning.takes(stored.value.document) {
                let name = "\(id.name.text)@\(id.version.text)"
                try remove(kind, nil, name) { (state, _) throws(CommandError) in
                    try DeleteBlueprint(id: id).plan(state)
                }
            }
        case .policy:
            let owner: OwnerScope = scope.map { .tenant($0) } ?? .platform
            for (id, stored) in owner.policies(state).sorted(by: { $0.key < $1.key })
            where pruning.takes(stored.value.document) {
                try remove(kind, scope, id.text) { (state, context) throws(CommandError) in
                    try DeletePolicy(owner: owner, id: id).plan(state, context)
                }
            }
        case .connection:
            guard let scope else { return }
            for (id, stored) in scope.read(state).connections.sorted(by: { $0.key < $1.key })
            where context.caller.credential.mayAct(in: stored.value.environment)
                && pruning.takes(stored.value.document)
            {
                try remove(kind, scope, id.text) { (state, context) throws(CommandError) in
                    try DeleteConnection(scope: scope, id: id).plan(state, context)
                }
            }
        case .entity:
            guard let scope else { return }
            for (key, stored) in scope.read(state).entities.sorted(by: { $0.key < $1.key })
            where pruning.takes(stored.value.document) {
                try remove(kind, scope, key.text) { (state, context) throws(CommandError) in
                    try PutEntity.check(context.caller)
                    return try DeleteEntity(scope: scope, key: key).plan(state)
                }
            }
        case .config:
            guard let scope else { return }
            for line in scope.read(state).lines.keys.sorted()
            where context.caller.credential.mayAct(in: line.environment) {
                try archive(ConfigScope(scope: scope, line: line))
            }
        }
    }

    private mutating func remove(
        _ kind: SetMember.Kind,
        _ scope: TenantScope?,
        _ id: String,
        _ plan: (State, CommandContext) throws(CommandError) -> Ledger.Plan<Written>
    ) throws(CommandError) {
        guard !rehearsal.seen.contains(ChangeRehearsal.name(kind, scope?.tenant, id)) else {
            return
        }
        let removal = try plan(rehearsal.state, context)
        take(removal.changes, kind, scope, id, nil, removal.answer)
    }

    /// Archives a line that is live: what is published, and newer previews, with the change requests
    /// that are open of them.
    ///
    /// A line that is not is in no export, so that taking it for superfluous would undo work on it:
    /// in production a first preview, anywhere a draft.
    private mutating func archive(_ target: ConfigScope) throws(CommandError) {
        let environments = context.services.environments
        let tier = environments.first { $0.name == target.line.environment }?.tier
        let id = "\(target.line.blueprint.text)/\(target.line.environment.text)"
        let name = ChangeRehearsal.name(.config, target.scope.tenant, id)
        let line = target.read(rehearsal.state)
        let live = line.newerPreviews + [line.published].compactMap { $0 }
        guard !rehearsal.seen.contains(name), line.live(in: tier ?? .production) != nil,
            let shown = live.first,
            live.allSatisfy({ pruning.takes($0.value.config.document) })
        else { return }
        let actor = context.caller.credential.id.text
        var changes: [Change] = []
        var written = Written(kind: .nothing, before: shown.json)
        for version in live {
            changes +=
                ConfigLifecycle.changes(
                    version,
                    .archive,
                    on: target,
                    line,
                    stamp,
                    actor: actor,
                    reason: "not in the applied set",
                    permit: .nothingGoesLive
                )
                .changes
            let number = version.value.number
            let party = context.caller.party
            let ended = RequestReset(target, number, rehearsal.state, stamp, party).archive()
            changes += ended.changes
            written.beside += ended.records
        }
        take(changes, .config, target.scope, id, target.line.environment, written)
    }

    private mutating func take(
        _ changes: [Change],
        _ kind: SetMember.Kind,
        _ scope: TenantScope?,
        _ id: String,
        _ environment: EnvironmentName?,
        _ written: Written
    ) {
        self.changes += changes
        rehearsal.take(changes)
        parts.append(
            SetChange(
                kind: kind,
                tenant: scope?.tenant,
                id: id,
                environment: environment,
                action: .delete,
                written: written
            )
        )
    }

    // MARK: The whole

    /// Refuses configs that want a domain which is another's when all of the set is there.
    ///
    /// Not while they are applied: of two that swap their domains each would find the other's
    /// taken.
    ///
    /// - Throws: `VALIDATION_FAILED` with the report.
    func checkDomains() throws(CommandError) {
        var refusals = SetRefusals()
        for (member, target, gates) in moved {
            let line = target.read(rehearsal.state)
            guard let version = line.versions[line.lastNumber]?.value, version.status != .draft
            else { continue }
            let services = context.services
            let gate = try ConfigGate(target, rehearsal.state, services, now: context.now)
            guard gate.isDomainTaken(of: version.config) else { continue }
            let checks = rehearsal.checks[target.scope] ?? .none
            let report = try gate.report(version, knowing: checks)
            var refusal = gate.refusal(report)
            if var gates {
                gates.report = report
                refusal = gates.told(refusal)
            }
            try refusals.note(refusal.within(member.place), of: member)
        }
        try refusals.check()
    }
}
