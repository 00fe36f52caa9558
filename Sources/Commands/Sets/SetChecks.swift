import JSON
import Ledger
import Model
import Policy

/// What a set needs before its configs go live: the health checks that publishing each of them would
/// run, and the secrets that it would read, of connections as the set makes them.
struct SetChecks: Sendable {
    let members: [SetMember]
    let context: CommandContext

    /// What was found.
    struct Found: Sendable {
        var findings: [HealthRefresh.Finding] = []
        var checks: [TenantScope: PublishChecks] = [:]
    }

    /// Whose connections are to be checked, in the state that the set makes.
    private struct Wanted: Sendable {
        let state: State
        var connections: [TenantScope: [ConnectionID]] = [:]
    }

    /// Runs them; a dry run runs none.
    ///
    /// What they find of connections that the set leaves alone is kept at once, as publishing does.
    ///
    /// - Throws: What the set is refused for before its configs are judged.
    func run() async throws(CommandError) -> Found {
        guard !context.isDryRun, members.contains(where: { $0.kind == .config }) else {
            return Found()
        }
        let wanted = try context.services.ledger.rehearse(now: context.now) {
            (state, stamp) throws(CommandError) in
            Ledger.Plan([], answer: try self.wanted(state, stamp))
        }
        var found = Found()
        // One bound for the whole set, however many tenants it is about.
        let deadline = HealthRefresh.deadline(context)
        for (scope, ids) in wanted.connections {
            let refresh = HealthRefresh(scope: scope)
            let checked = await refresh.findings(
                of: ids,
                wanted.state,
                until: deadline,
                context
            )
            try await HealthRefresh.keep(checked.findings, scope, context)
            try checked.checkIsWhole()
            found.findings += checked.findings
            found.checks[scope] = await PublishChecks.reading(ids, scope, wanted.state, context)
        }
        return found
    }

    private func wanted(_ state: State, _ stamp: Ledger.Stamp) throws(CommandError) -> Wanted {
        // Whatever refuses the set anyway does so before a provider is asked.
        try context.precondition.check(state.revision)
        var run = SetRun(context, state, stamp)
        try run.applyAllButConfigs(members)
        var wanted = Wanted(state: run.rehearsal.state)
        var refusals = SetRefusals()
        for member in members where member.kind == .config {
            guard let scope = try run.scope(of: member) else { continue }
            do throws(CommandError) {
                guard let config = try goingLive(member, scope, wanted.state) else { continue }
                wanted.connections[scope, default: []] += config.bindings.map(\.connection)
            } catch {
                try refusals.note(error.within(member.place), of: member)
            }
        }
        try refusals.check()
        return wanted
    }

    /// The member's config when it is to be published and is not.
    private func goingLive(
        _ member: SetMember,
        _ scope: TenantScope,
        _ state: State
    ) throws(CommandError) -> TenantAppConfig? {
        let config = try ConfigDraft.parse(member.object, scope, line: nil, state, version: nil)
        _ = try context.caller.authorize(
            .configsWrite,
            tenant: scope.tenant,
            environment: config.environment
        )
        let wish = try WishedConfig(
            config,
            said: member.object["meta"]?["status"],
            on: ConfigScope(scope: scope, line: config.line)
        )
        return try wish.goesLive(state, context) ? config : nil
    }
}
