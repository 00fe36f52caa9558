import JSON
import Ledger
import Model
import Resolver

/// Answers what each capability of the live config resolves to (API section 5).
public struct ResolveConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The workflow, as it came; nil for one that every scope admits.
    public let workflow: String?
    /// `preview` or `published`; nil for what is live.
    public let stage: String?

    /// A request.
    public init(target: ConfigScope, workflow: String?, stage: String?) {
        self.target = target
        self.workflow = workflow
        self.stage = stage
    }

    /// Carries it out.
    ///
    /// - Throws: `CONFIG_NOT_LIVE`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`; `INVALID_PARAMETER`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let name = try WorkflowWish.name(workflow)
        try WorkflowWish.checkReading(name, context.caller)
        let environment = try target.environment(context.services.environments)
        guard let table = try table(state, environment, context.services) else {
            throw ConfigGate.notLive(target)
        }
        let tenant = target.scope.read(state)
        let specs = state.catalog.specs
        let resolved = ResolvedAppConfig(
            table,
            workflow: name,
            isOpen: context.services.openBreakers(of: tenant.id),
            provider: { spec in
                .object(specs[spec.id].map(PutIntegrationSpec.json) ?? spec.document.object)
            },
            connection: { connection in
                let stored = tenant.connections[connection.id]
                return .object(stored.map(tenant.json) ?? connection.document.object)
            }
        )
        var object = resolved.json
        object["revision"] = .integer(Int64(state.revision))
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }

    private func table(
        _ state: State,
        _ environment: Environment,
        _ services: Services
    ) throws(CommandError) -> BindingTable? {
        let line = target.read(state)
        let tenant = target.scope.read(state)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        switch stage {
        case nil: return services.tables.table(target, state, environment)
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
                "The body and the header Bindery-Workflow name two workflows."
            )
        }
        return try name(body ?? header)
    }
}
