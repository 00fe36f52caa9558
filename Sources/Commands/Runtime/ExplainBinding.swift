import Audit
public import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers every candidate of a capability or an operation, with all that speaks for and against
/// it.
///
/// The explanation is the decision's own: both come from one evaluation of the compiled table.
public struct ExplainBinding: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The body: `capability` or `operation`, `workflow`, and `context`, the circumstances of the
    /// call.
    public let body: JSONValue
    /// The header `Bindery-Workflow`.
    public let workflowHeader: String?
    /// The moment in the query; nil for now.
    public let past: PastMoment?

    /// A request.
    public init(
        target: ConfigScope,
        body: JSONValue,
        workflowHeader: String?,
        past: PastMoment? = nil
    ) {
        self.target = target
        self.body = body
        self.workflowHeader = workflowHeader
        self.past = past
    }

    /// What is asked.
    private struct Question {
        enum Subject {
            case capability(CapabilityKey)
            case operation(OperationID)
        }

        let subject: Subject
        let workflow: WorkflowName?
        /// The circumstances of the call that is asked about.
        let context: JSONObject
    }

    /// Carries it out.
    ///
    /// - Throws: `CONFIG_NOT_LIVE`, `CAPABILITY_NOT_BOUND`, everything wrong with the body.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let question = try read()
        try WorkflowWish.checkReading(question.workflow, context.caller)
        let environment = try target.environment(context.services.environments)
        guard let table = context.services.tables.table(target, state, environment)?.table else {
            throw ConfigGate.notLive(target)
        }
        let isOpen = context.services.openBreakers(of: target.scope.tenant)
        let policies = context.services.attributeTables.policies(of: target.scope, state)
        let resolution = try resolve(question, table, policies, isOpen)
        return answer(resolution, question, state.revision, context)
    }

    /// Carries it out for `atRevision` or `at`; see `ResolveConfig.runPast`.
    ///
    /// - Throws: As `run`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`.
    public func runPast(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard let past else { return try run(context) }
        let question = try read()
        try WorkflowWish.checkReading(question.workflow, context.caller)
        let environment = try target.environment(context.services.environments)
        let state = try await past.state(target.scope, context)
        let world = ConfigWorld(
            state: state,
            tenant: target.scope.read(state),
            environment: environment
        )
        guard let table = world.table(target.read(state).live(in: environment.tier)) else {
            throw ConfigGate.notLive(target)
        }
        let policies = AttributePolicies(target.scope, state)
        let resolution = try resolve(question, table, policies, { _, _ in false })
        return answer(resolution, question, state.revision, context)
    }

    private func resolve(
        _ question: Question,
        _ table: BindingTable,
        _ policies: AttributePolicies,
        _ isOpen: BreakerCheck
    ) throws(CommandError) -> Resolution {
        let conditions = CallConditions(
            policies,
            target.callSubject,
            context: question.context
        )
        switch question.subject {
        case .operation(let operation):
            return table.resolve(
                operation: operation,
                workflow: question.workflow,
                conditions: conditions,
                isOpen: isOpen
            )
        case .capability(let capability):
            let found = table.resolve(
                capability: capability,
                workflow: question.workflow,
                conditions: conditions,
                isOpen: isOpen
            )
            guard let found else { throw Self.notBound(capability) }
            return found
        }
    }

    /// An explanation is no decision that anybody acts upon: it is written to the trail only where
    /// everything is.
    private func answer(
        _ resolution: Resolution,
        _ question: Question,
        _ revision: UInt64,
        _ context: CommandContext
    ) -> CommandAnswer {
        let log = context.services.decisions
        let isWritten = log.settings.extent == .all
        let id =
            isWritten
            ? context.makeDecisionID()
            : CommandContext.decisionID(
                of: [
                    .string(target.path), body,
                    question.workflow.map { .string($0.text) } ?? .null,
                ],
                revision
            )
        var object = resolution.explanation(for: context.caller.audience(of: target.scope.tenant))
        object["decisionId"] = .string(id)
        object["revision"] = .integer(Int64(clamping: revision))
        var answer = CommandAnswer(body: .json(.object(object)), revision: revision)
        if isWritten {
            answer.decisions = log.note([draft(resolution, question, id, revision, context)])
        }
        return answer
    }

    private func draft(
        _ resolution: Resolution,
        _ question: Question,
        _ id: String,
        _ revision: UInt64,
        _ context: CommandContext
    ) -> AuditDraft {
        let isAllowed = resolution.isAllowed
        var draft = context.decisionDraft("binding.explain", isAllowed: isAllowed, revision)
        draft.tenant = target.scope.tenant
        draft.environment = target.line.environment
        draft.blueprint = target.line.blueprint
        draft.workflow = question.workflow
        switch question.subject {
        case .capability(let key):
            draft.capability = key
            draft.resource = AuditResource(type: "capability", id: key.text)
        case .operation(let id):
            draft.operation = id
            draft.resource = AuditResource(type: "operation", id: id.text)
        }
        draft.connection = resolution.winner?.connectionID
        draft.decision = AuditDecision(
            AccessDecision(isAllowed: isAllowed, basis: .call(resolution)),
            id: id
        )
        if !question.context.isEmpty {
            draft.question = context.services.decisions
                .recorded(["context": .object(question.context)])
        }
        return draft
    }

    private func read() throws(CommandError) -> Question {
        let issues = IssueList()
        let members: Set<String> = ["capability", "operation", "workflow", "context"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let capability = reader.identifier("capability", as: CapabilityKey.self)
        let operation = reader.identifier("operation", as: OperationID.self)
        if reader.value("capability") == nil, reader.value("operation") == nil {
            issues.error(.missingField, at: reader.place("capability"), "or operation is required")
        } else if reader.value("capability") != nil, reader.value("operation") != nil {
            issues.error(
                .invalidValue,
                at: reader.place("operation"),
                "stands beside capability: name one"
            )
        }
        let text = reader.string("workflow", byteCountMax: 256)
        let circumstances = reader.freeObject("context") ?? [:]
        if issues.hasErrors { throw .invalid(issues.issues) }
        let workflow = try WorkflowWish.name(body: text, header: workflowHeader)
        if let capability {
            return Question(
                subject: .capability(capability),
                workflow: workflow,
                context: circumstances
            )
        }
        guard let operation else { preconditionFailure("one of the two was read") }
        return Question(
            subject: .operation(operation),
            workflow: workflow,
            context: circumstances
        )
    }

    /// No slot requires the capability.
    static func notBound(_ capability: CapabilityKey) -> CommandError {
        CommandError(
            .notFound,
            "CAPABILITY_NOT_BOUND",
            "No slot of the blueprint requires the capability \(capability.text)."
        )
    }
}
