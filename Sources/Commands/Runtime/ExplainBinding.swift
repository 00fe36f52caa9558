public import JSON
import Ledger
import Model
import Resolver

/// Answers every candidate of a capability or an operation, with all that speaks for and against it.
///
/// The explanation is the decision's own: both come from one evaluation of the compiled table.
public struct ExplainBinding: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The body: `capability` or `operation`, and `workflow`.
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

    private enum Subject {
        case capability(CapabilityKey)
        case operation(OperationID)
    }

    /// Carries it out.
    ///
    /// - Throws: `CONFIG_NOT_LIVE`, `CAPABILITY_NOT_BOUND`, everything wrong with the body.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let (subject, workflow) = try read()
        try WorkflowWish.checkReading(workflow, context.caller)
        let environment = try target.environment(context.services.environments)
        guard let table = context.services.tables.table(target, state, environment)?.table else {
            throw ConfigGate.notLive(target)
        }
        let isOpen = context.services.openBreakers(of: target.scope.tenant)
        return try answer(subject, workflow, table, state.revision, isOpen)
    }

    /// Carries it out for `atRevision` or `at`; see `ResolveConfig.runPast`.
    ///
    /// - Throws: As `run`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`.
    public func runPast(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard let past else { return try run(context) }
        let (subject, workflow) = try read()
        try WorkflowWish.checkReading(workflow, context.caller)
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
        return try answer(subject, workflow, table, state.revision, { _ in false })
    }

    private func answer(
        _ subject: Subject,
        _ workflow: WorkflowName?,
        _ table: BindingTable,
        _ revision: UInt64,
        _ isOpen: @escaping (ConnectionID) -> Bool
    ) throws(CommandError) -> CommandAnswer {
        let resolution: Resolution
        switch subject {
        case .operation(let operation):
            resolution = table.resolve(operation: operation, workflow: workflow, isOpen: isOpen)
        case .capability(let capability):
            let found = table.resolve(capability: capability, workflow: workflow, isOpen: isOpen)
            guard let found else { throw Self.notBound(capability) }
            resolution = found
        }
        var object = resolution.explanation.object ?? [:]
        object["revision"] = .integer(Int64(clamping: revision))
        return CommandAnswer(body: .json(.object(object)), revision: revision)
    }

    private func read() throws(CommandError) -> (Subject, WorkflowName?) {
        let issues = IssueList()
        let members: Set<String> = ["capability", "operation", "workflow"]
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
        if issues.hasErrors { throw .invalid(issues.issues) }
        let workflow = try WorkflowWish.name(body: text, header: workflowHeader)
        if let capability { return (.capability(capability), workflow) }
        guard let operation else { preconditionFailure("one of the two was read") }
        return (.operation(operation), workflow)
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
