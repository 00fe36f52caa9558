public import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers what changes would do to a line's calls, before anything is written (API section 10,
/// "Other shapes").
///
/// Before is the live config at the newest revision; after is the same state with the changes in
/// it, which passed the checks of the real writes. Both are asked as `explain` asks.
public struct SimulateChanges: Sendable {
    /// The most changes of one simulation.
    public static let changeCountMax = 200
    /// The most calls of one simulation.
    public static let callCountMax = 200
    /// The most candidates, and the most policies, told of one call at one time.
    public static let candidateCountMax = 20

    /// The line.
    public let target: ConfigScope
    /// The body: `changes` in apply's form, the `version` of a draft that would be live, `calls`,
    /// and how many recorded decisions to `replay`.
    public let body: JSONValue

    /// A request.
    public init(target: ConfigScope, body: JSONValue) {
        self.target = target
        self.body = body
    }

    /// A call that is asked about.
    private struct Call {
        let workflow: WorkflowName?
        let capability: CapabilityKey

        init(_ value: JSONValue, at place: JSONPointer, issues: IssueList) {
            let members: Set<String> = ["workflow", "capability"]
            let reader = ObjectReader(value, at: place, issues: issues, members: members)
            workflow = reader.identifier("workflow", as: WorkflowName.self)
            capability = reader.requiredIdentifier("capability", as: CapabilityKey.self)
        }
    }

    /// What is live before and after; nil for nothing.
    private struct Outcome: Sendable {
        let before: BindingTable?
        let after: BindingTable?
        let revision: UInt64
        /// The state before, and the one that the changes would make.
        let states: (before: State, after: State)
    }

    /// Carries it out.
    ///
    /// - Throws: `LIMIT_EXCEEDED` and everything else that is wrong with the body; what the real
    ///   write of a change would refuse; `CONFIG_NOT_LIVE` when nothing is live before or after.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let issues = IssueList()
        let members: Set<String> = ["changes", "calls", "version", "replay"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let changes = reader.list("changes", countMax: Self.changeCountMax) {
            SetMember($0, at: $1, issues: issues, takesActions: true)
        }
        let calls = reader.list("calls", countMax: Self.callCountMax) {
            Call($0, at: $1, issues: issues)
        }
        let version = reader.integer("version", in: 1...Int(Int32.max))
        let wish = reader.nested("replay", members: ["last"])
        let count = wish?.integer("last", in: 1...DecisionReplay.decisionCountMax)
        if let wish, wish.value("last") == nil {
            wish.error(.missingField, "last", "is required: how many decisions")
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        for call in calls ?? [] { try WorkflowWish.checkReading(call.workflow, context.caller) }
        let outcome = try rehearse(changes ?? [], version, context)
        guard outcome.before != nil || outcome.after != nil else {
            throw ConfigGate.notLive(target)
        }
        let isOpen = context.services.openBreakers(of: target.scope.tenant)
        let audience = context.caller.audience(of: target.scope.tenant)
        let asked = [
            Asked(table: outcome.before, conditions: conditions(outcome.states.before)),
            Asked(table: outcome.after, conditions: conditions(outcome.states.after)),
        ]
        var object: JSONObject = [
            "calls": .array((calls ?? []).map { Self.json($0, asked, isOpen, audience) })
        ]
        let budget = WorkBudget()
        RulesCompared(target.scope, outcome.states, budget)
            .diff(before: outcome.before, after: outcome.after, of: target, budget)
            .write(into: &object)
        if let count {
            object["replay"] = try await replay(last: count, outcome, context)
        }
        return CommandAnswer(body: .json(.object(object)), revision: outcome.revision)
    }

    /// What calls are asked of, as `explain` asks without circumstances.
    private struct Asked {
        let table: BindingTable?
        let conditions: CallConditions?
    }

    private func conditions(_ state: State) -> CallConditions? {
        let policies = AttributePolicies(target.scope, state)
        return CallConditions(policies, target.callSubject, context: [:])
    }

    /// The last recorded decisions, asked of what would be live.
    private func replay(
        last count: Int,
        _ outcome: Outcome,
        _ context: CommandContext
    ) async throws(CommandError) -> JSONValue {
        let replay = try await DecisionReplay(last: count, of: target, context.services.audit)
        func world(_ table: BindingTable?, _ state: State) -> DecisionReplay.World {
            let policies = AttributePolicies(target.scope, state)
            return DecisionReplay.World(table: table, policies: policies)
        }
        return replay.json(
            now: world(outcome.before, outcome.states.before),
            after: world(outcome.after, outcome.states.after),
            target
        )
    }

    /// Applies the changes in memory, kind by kind as they need one another, else as written.
    private func rehearse(
        _ changes: [SetMember],
        _ version: Int?,
        _ context: CommandContext
    ) throws(CommandError) -> Outcome {
        let environment = try target.environment(context.services.environments)
        return try context.services.ledger.rehearse(now: context.now) {
            (state, stamp) throws(CommandError) in
            var rehearsal = ChangeRehearsal(target.scope, context, state, stamp)
            var tested: [(SetMember, (rule: PolicyRule, owner: OwnerScope))] = []
            for kind in SetMember.Kind.allCases {
                for change in changes where change.kind == kind {
                    let planned = try rehearsal.apply(change)
                    if let rule = planned.tested { tested.append((change, rule)) }
                }
            }
            if let version {
                try rehearsal.publish(target.version(version, state), on: target)
            }
            for (change, rule) in tested { try rehearsal.runTests(of: rule, change) }
            let after = ConfigWorld(
                state: rehearsal.state,
                tenant: target.scope.read(rehearsal.state),
                environment: environment
            )
            let outcome = Outcome(
                before: context.services.tables.table(target, state, environment)?.table,
                after: after.table(target.read(rehearsal.state).live(in: environment.tier)),
                revision: state.revision,
                states: (state, rehearsal.state)
            )
            return Ledger.Plan([], answer: outcome)
        }
    }

    private static func json(
        _ call: Call,
        _ asked: [Asked],
        _ isOpen: BreakerCheck,
        _ audience: RuleNote.Audience
    ) -> JSONValue {
        let answers = asked.map { asked in
            asked.table?
                .resolve(
                    capability: call.capability,
                    workflow: call.workflow,
                    conditions: asked.conditions,
                    isOpen: isOpen
                )
        }
        let (before, after) = (answers[0], answers[1])
        let isChanged =
            before?.isAllowed ?? false != after?.isAllowed ?? false
            || before?.winner?.connectionID != after?.winner?.connectionID
        return [
            "workflow": call.workflow.map { .string($0.text) } ?? .null,
            "capability": .string(call.capability.text), "before": json(before, audience),
            "after": json(after, audience), "changed": .bool(isChanged),
        ]
    }

    /// What `explain` answers, of the first candidates and policies.
    private static func json(
        _ resolution: Resolution?,
        _ audience: RuleNote.Audience
    ) -> JSONValue {
        guard let resolution else { return .null }
        return .object(
            resolution.explanation(for: audience, candidateCountMax: candidateCountMax)
        )
    }
}
