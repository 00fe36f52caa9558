import Audit
import Execution
public import JSON
import Ledger
public import Model
import Policy
import Resolver

/// Calls the provider that a capability resolves to, and remembers it (API section 7).
///
/// What is decided here is decided by the same compiled table that `explain` reads. `Executor` is
/// the one door behind it.
public struct ExecuteCapability: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The capability.
    public let capability: CapabilityKey
    /// The body: `workflow`, `input`, `context`, `timeoutMs`, `pages`, `stream`.
    public let body: JSONValue
    /// The header `Bindery-Workflow`.
    public let workflowHeader: String?

    /// A request.
    public init(
        target: ConfigScope,
        capability: CapabilityKey,
        body: JSONValue,
        workflowHeader: String?
    ) {
        self.target = target
        self.capability = capability
        self.body = body
        self.workflowHeader = workflowHeader
    }

    struct Wish {
        let workflow: WorkflowName
        let input: JSONValue
        /// The circumstances that the caller tells of; the input is among them, whatever it tells.
        let context: JSONObject
        let timeout: Duration
        /// How many pages of a list are read; nil for the provider's answer as it is.
        let pages: Int?
        /// Whether the provider's answer is handed on while it comes.
        let streams: Bool
        /// What the trail keeps of the circumstances.
        var question: JSONValue?
    }

    /// Carries it out.
    ///
    /// - Throws: The rows of API section 7, and those of section 10 for it.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        var wish = try read(context.services)
        let state = context.state
        do throws(CommandError) {
            try context.caller.check(wish.workflow)
        } catch {
            try await recordDenial(
                AuditDecision(isAllowed: false, reasons: [error.code]),
                wish,
                state,
                context
            )
            throw error.recorded
        }
        let environment = try target.environment(context.services.environments)
        let live = context.services.tables.table(target, state, environment)
        guard let live else {
            throw try await refusal(ConfigGate.notLive(target), wish, state, context)
        }
        let conditions = CallConditions(
            context.services.attributeTables.policies(of: target.scope, state),
            target.callSubject,
            context: wish.context
        )
        // Without conditions nothing looks at the circumstances, and nothing of them is kept.
        if conditions != nil {
            let asked: JSONObject = ["context": .object(wish.context)]
            wish.question = context.services.decisions.recorded(asked)
        }
        let resolution = live.table.resolve(
            capability: capability,
            workflow: wish.workflow,
            conditions: conditions,
            isOpen: context.services.openBreakers(of: target.scope.tenant)
        )
        guard let resolution else {
            throw try await refusal(ExplainBinding.notBound(capability), wish, state, context)
        }
        guard resolution.isAllowed else {
            let decision = AuditDecision(resolution, context)
            try await recordDenial(decision, wish, state, context)
            throw notPermitted(resolution, decision, context)
        }
        guard resolution.winner != nil else {
            let passedOver = resolution.auditedPassedOver
            throw try await refusal(
                unavailable(resolution, passedOver, context),
                wish,
                state,
                context,
                AuditDecision(resolution, context),
                passedOver: passedOver
            )
        }
        if context.isDryRun { return try dryAnswer(resolution, wish, state, context) }
        return try await call(resolution, wish, state, context)
    }

    private func read(_ services: Services) throws(CommandError) -> Wish {
        let issues = IssueList()
        let members: Set<String> = ["workflow", "input", "context", "timeoutMs", "pages", "stream"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        // Null names none, as an absent member does.
        let isNamed = reader.value("workflow") != .null
        let text = isNamed ? reader.string("workflow", byteCountMax: 256) : nil
        var circumstances = reader.freeObject("context") ?? [:]
        circumstances["input"] = body["input"] ?? .object([:])
        let timeoutMax = Int(CapabilityCall.timeoutMax / .milliseconds(1))
        let timeout = reader.integer("timeoutMs", in: 1...timeoutMax)
        let pages = reader.integer("pages", in: 1...PageWalk.pageCountMax)
        let streams = reader.bool("stream") ?? false
        if streams, pages != nil {
            reader.error(.invalidValue, "stream", "stands beside pages: name one")
        }
        if issues.hasErrors { throw .invalid(issues.issues) }
        guard let workflow = try WorkflowWish.name(body: text, header: workflowHeader) else {
            throw CommandError(
                .invalid,
                "WORKFLOW_REQUIRED",
                "A call names its workflow, in the body or in the header Bindery-Workflow."
            )
        }
        return Wish(
            workflow: workflow,
            input: body["input"] ?? .object([:]),
            context: circumstances,
            timeout: .milliseconds(timeout ?? services.settings.callTimeoutMilliseconds),
            pages: pages,
            streams: streams
        )
    }
}
