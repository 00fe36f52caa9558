import Execution
import JSON
import Ledger
import Model
import Resolver

/// Answers what each capability of the live config resolves to (API section 5).
public struct ResolveConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The workflow in the query; nil for one that every scope admits.
    public let workflow: String?
    /// The header `Bindery-Workflow`.
    public let workflowHeader: String?
    /// `preview` or `published`; nil for what is live.
    public let stage: String?
    /// The moment in the query; nil for now.
    public let past: PastMoment?

    /// A request.
    public init(
        target: ConfigScope,
        workflow: String?,
        workflowHeader: String?,
        stage: String?,
        past: PastMoment? = nil
    ) {
        self.target = target
        self.workflow = workflow
        self.workflowHeader = workflowHeader
        self.stage = stage
        self.past = past
    }

    /// Carries it out.
    ///
    /// - Throws: `CONFIG_NOT_LIVE`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`; `INVALID_PARAMETER`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let name = try WorkflowWish.name(body: workflow, header: workflowHeader)
        try WorkflowWish.checkReading(name, context.caller)
        let environment = try target.environment(context.services.environments)
        let isOpen = context.services.openBreakers(of: target.scope.tenant)
        let body: [UInt8]
        if stage == nil {
            guard let live = context.services.tables.table(target, state, environment) else {
                throw ConfigGate.notLive(target)
            }
            let make = { Self.body(live.table, name, live.tenant, state, isOpen) }
            // An open breaker changes the winner without changing the store: nothing is kept then.
            body = context.services.isResolvingSettled ? live.answer(name, make) : make()
        } else {
            guard let table = try table(state, environment) else {
                throw ConfigGate.notLive(target)
            }
            body = Self.body(table, name, target.scope.read(state), state, isOpen)
        }
        return CommandAnswer(
            body: .bytes(Self.stamped(body, state.revision), mediaType: "application/json"),
            revision: state.revision
        )
    }

    /// Carries it out for `atRevision` or `at`.
    ///
    /// With what was known then of health, and without breakers, of which no past is kept. Whether
    /// the caller may ask is judged by what holds now.
    ///
    /// - Throws: As `run`; `REVISION_NOT_KEPT`, `REVISION_IN_FUTURE`.
    public func runPast(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard let past else { return try run(context) }
        let name = try WorkflowWish.name(body: workflow, header: workflowHeader)
        try WorkflowWish.checkReading(name, context.caller)
        let environment = try target.environment(context.services.environments)
        let state = try await past.state(target.scope, context)
        guard let table = try table(state, environment) else { throw ConfigGate.notLive(target) }
        let body = Self.body(table, name, target.scope.read(state), state, { _, _ in false })
        return CommandAnswer(
            body: .bytes(Self.stamped(body, state.revision), mediaType: "application/json"),
            revision: state.revision
        )
    }

    /// The answer's text up to the revision, which is its last member: the rest is the same at every
    /// revision that changes neither the tenant nor the catalog.
    private static func body(
        _ table: BindingTable,
        _ workflow: WorkflowName?,
        _ tenant: TenantState,
        _ state: State,
        _ isOpen: @escaping BreakerCheck
    ) -> [UInt8] {
        let specs = state.catalog.specs
        let resolved = ResolvedAppConfig(
            table,
            workflow: workflow,
            isOpen: isOpen,
            provider: { spec in
                .object(specs[spec.id].map(PutIntegrationSpec.json) ?? spec.document.object)
            },
            connection: { connection in
                let stored = tenant.connections[connection.id]
                return .object(stored.map(tenant.json) ?? connection.document.object)
            }
        )
        var text = JSONValue.object(resolved.json).serialized()
        text.removeLast()
        JSONWriter.append(",\"revision\":", to: &text)
        return text
    }

    private static func stamped(_ body: [UInt8], _ revision: UInt64) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(body.count + 24)
        text += body
        JSONWriter.appendInteger(Int64(clamping: revision), to: &text)
        text.append(0x7D)
        return text
    }

    /// The compiled config of the stage that was asked for, or of what is live.
    private func table(
        _ state: State,
        _ environment: Environment
    ) throws(CommandError) -> BindingTable? {
        let line = target.read(state)
        let tenant = target.scope.read(state)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        switch stage {
        case nil: return world.table(line.live(in: environment.tier))
        case "preview": return world.table(line.newerPreview)
        case "published": return world.table(line.published)
        default: throw .parameter("stage", "must be preview or published")
        }
    }
}

/// The workflow that a caller names.
enum WorkflowWish {
    /// The name; nil when none was given.
    ///
    /// - Throws: `INVALID_IDENTIFIER`.
    static func name(_ text: String?) throws(CommandError) -> WorkflowName? {
        guard let text else { return nil }
        guard let name = WorkflowName(text) else {
            throw .invalid(
                .invalidIdentifier,
                at: JSONPointer.root.appending("workflow"),
                "must be \(IdentifierRule.words)"
            )
        }
        return name
    }

    /// Checks that a runtime's credential asks about a workflow of its own.
    ///
    /// Without a workflow the answer tells of all of them, which needs a credential for all.
    static func checkReading(_ name: WorkflowName?, _ caller: Caller) throws(CommandError) {
        guard caller.isRuntimeOnly else { return }
        if let name { return try caller.check(name) }
        guard caller.credential.workflows.contains(where: { $0.text == "*" }) else {
            throw CommandError(
                .forbidden,
                "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE",
                "The credential reads for its own workflows only: name one."
            )
        }
    }

    /// The workflow in the body and in the header, which must agree when both are there.
    ///
    /// - Throws: `WORKFLOW_MISMATCH`, `INVALID_IDENTIFIER`.
    static func name(body: String?, header: String?) throws(CommandError) -> WorkflowName? {
        if let body, let header, body != header {
            throw CommandError(
                .invalid,
                "WORKFLOW_MISMATCH",
                "The request and its header Bindery-Workflow name two workflows."
            )
        }
        return try name(body ?? header)
    }
}
