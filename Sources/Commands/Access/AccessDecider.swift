import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers AuthZEN's questions, for one caller at one state.
///
/// A workflow's grants are the live config's, compiled: the same table as `explain` and `execute`
/// use. Everything else is decided by the rules over attributes. Whatever is not known is denied,
/// and what is another tenant's is not known.
struct AccessDecider {
    /// The type of subjects that are workflows of a live config.
    static let workflowType = "workflow"

    let context: CommandContext
    let state: State
    /// What deciding cost so far, in steps of one byte compared.
    private(set) var stepCount = 0
    /// What it is taken to cost to tell of one candidate, in steps.
    private static let explainedCandidateStepCount = 1000

    init(_ context: CommandContext) {
        self.context = context
        self.state = context.state
    }

    /// The answer to one question.
    struct Decision {
        let isAllowed: Bool
        /// Why, when it was asked for.
        var explanation: JSONObject?

        /// The answer as AuthZEN has it: bare, unless it was asked why.
        var json: JSONValue {
            guard let explanation else { return ["decision": .bool(isAllowed)] }
            return ["decision": .bool(isAllowed), "context": .object(explanation)]
        }
    }

    /// Decides.
    ///
    /// - Throws: `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`, `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`: the caller
    ///   may not ask.
    mutating func decide(_ question: AccessQuestion) throws(CommandError) -> Decision {
        guard Self.isAboutConfigs(question.subject.type, question.resource.type) else {
            return try decideByAttributes(question)
        }
        guard let grants = try grants(of: question.subject) else {
            return denied(question, "SUBJECT_NOT_FOUND")
        }
        guard let resource = GrantedResource(question.resource),
            let operation = OperationID(question.action.name)
        else { return denied(question, "RESOURCE_NOT_FOUND") }
        let isAllowed = permits(grants, operation, on: resource)
        guard question.explains else { return Decision(isAllowed: isAllowed) }
        return Decision(
            isAllowed: isAllowed,
            explanation: explanation(grants, operation, resource)
        )
    }

    /// The config that decides about a workflow; nil when there is none that the caller may know of.
    func grants(of subject: AccessEntity) throws(CommandError) -> WorkflowGrants? {
        guard subject.type == Self.workflowType, let workflow = WorkflowName(subject.id),
            let tenant = subject.properties["tenantId"]?.string.flatMap(TenantID.init),
            let blueprint = subject.properties["blueprint"]?.string.flatMap(BlueprintName.init),
            let name = subject.properties["environment"]?.string.flatMap(EnvironmentName.init)
        else { return nil }
        guard let scope = try scope(tenant, name) else { return nil }
        try WorkflowWish.checkReading(workflow, context.caller)
        let line = ConfigLineID(blueprint: blueprint, environment: name)
        return table(ConfigScope(scope: scope, line: line))
            .map { WorkflowGrants(workflow: workflow, table: $0) }
    }

    /// Counts work that was done beside deciding.
    mutating func spend(_ count: Int) { stepCount += count }

    /// Whether the workflow may do the operation on the resource.
    mutating func permits(
        _ grants: WorkflowGrants,
        _ operation: OperationID,
        on resource: GrantedResource
    ) -> Bool {
        grants.table.permits(grants.workflow, operation, on: resource, stepCount: &stepCount)
    }

    /// With which connections and slots the workflow is served for the operation.
    mutating func permitted(
        _ grants: WorkflowGrants,
        _ operation: OperationID
    ) -> (connections: Set<ConnectionID>, slots: Set<SlotID>) {
        grants.table.permitted(grants.workflow, operation, stepCount: &stepCount)
    }

    /// What is live on a line, compiled.
    func table(_ target: ConfigScope) -> BindingTable? {
        let services = context.services
        let environment = services.environments.first { $0.name == target.line.environment }
        return environment.flatMap { services.tables.table(target, state, $0)?.table }
    }

    /// The right to a tenant's grants; nil for another tenant's.
    func scope(
        _ tenant: TenantID,
        _ environment: EnvironmentName?
    ) throws(CommandError) -> TenantScope? {
        do {
            return try context.caller.authorize(
                .evaluate,
                tenant: tenant,
                environment: environment
            )
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    func denied(_ question: AccessQuestion, _ reason: String) -> Decision {
        guard question.explains else { return Decision(isAllowed: false) }
        return Decision(
            isAllowed: false,
            explanation: [
                "reason": .string(reason), "revision": .integer(Int64(clamping: state.revision)),
            ]
        )
    }

    /// What `explain` answers to the same question.
    private mutating func explanation(
        _ grants: WorkflowGrants,
        _ operation: OperationID,
        _ resource: GrantedResource
    ) -> JSONObject {
        let table = grants.table
        let isOpen = context.services.openBreakers(of: table.config.tenant)
        let workflow = grants.workflow
        let resolution: Resolution?
        if case .capability(let capability) = resource {
            resolution = table.resolve(
                capability: capability,
                workflow: workflow,
                isOpen: isOpen
            )
        } else {
            resolution = table.resolve(operation: operation, workflow: workflow, isOpen: isOpen)
        }
        stepCount += Self.explainedCandidateStepCount * (resolution?.candidates.count ?? 0)
        var object = resolution?.explanation.object ?? ["reason": "CAPABILITY_NOT_BOUND"]
        object["revision"] = .integer(Int64(clamping: state.revision))
        return object
    }
}

/// A workflow, and the config that says what it may use.
struct WorkflowGrants {
    let workflow: WorkflowName
    let table: BindingTable
}

extension GrantedResource {
    /// The resource that an entity is; nil for one of another type, or of an id that none has.
    init?(_ entity: AccessEntity) {
        switch entity.type {
        case "connection":
            guard let id = ConnectionID(entity.id) else { return nil }
            self = .connection(id)
        case "capability":
            guard let key = CapabilityKey(entity.id) else { return nil }
            self = .capability(key)
        case "slot":
            guard let id = SlotID(entity.id) else { return nil }
            self = .slot(id)
        default: return nil
        }
    }
}
