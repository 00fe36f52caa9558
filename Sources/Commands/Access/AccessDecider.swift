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
    /// What is compiled of a state that is none yet, and so may not be kept beside what is; nil for
    /// the newest state.
    private let rehearsed: RehearsedTables?
    /// What deciding cost so far, in steps of one byte compared.
    private(set) var stepCount = 0
    /// The same, with what was compiled for this decider alone.
    var wholeStepCount: Int { stepCount + (rehearsed?.stepCount ?? 0) }
    /// What it is taken to cost to tell of one candidate, in steps.
    private static let explainedCandidateStepCount = 1000

    init(_ context: CommandContext) {
        self.context = context
        self.state = context.state
        self.rehearsed = nil
    }

    /// Decides by a state that changes would make.
    init(_ context: CommandContext, rehearsing state: State) {
        self.context = context
        self.state = state
        self.rehearsed = RehearsedTables()
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - question: The question.
    ///   - isKept: Whether a denial is kept in the trail, and so with what nearly permitted it.
    /// - Returns: The decision, with all that is needed to tell why.
    /// - Throws: `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`, `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`: the caller
    ///   may not ask.
    mutating func decide(
        _ question: AccessQuestion,
        isKept: Bool = true
    ) throws(CommandError) -> AccessDecision {
        guard Self.isAboutConfigs(question.subject.type, question.resource.type) else {
            return try decideByAttributes(question)
        }
        guard let grants = try grants(for: question) else {
            return Self.denied("SUBJECT_NOT_FOUND")
        }
        guard let resource = GrantedResource(question.resource),
            let operation = OperationID(question.action.name)
        else { return Self.denied("RESOURCE_NOT_FOUND") }
        // Who asks why has all candidates looked at, and is answered by them; so is a denial, which
        // the trail keeps with what nearly permitted it.
        if !question.explains {
            guard let quick = resolve(operation, on: resource, grants, .admitted) else {
                return Self.denied("CAPABILITY_NOT_BOUND")
            }
            let bindingCount = grants.table.config.bindings.count
            guard isKept, !quick.isAllowed, bindingCount <= Self.toldBindingCountMax else {
                return AccessDecision(isAllowed: quick.isAllowed, basis: .call(quick))
            }
        }
        guard let whole = resolve(operation, on: resource, grants, .everyCandidate) else {
            return Self.denied("CAPABILITY_NOT_BOUND")
        }
        if question.explains { spend(Self.explainedCandidateStepCount * whole.candidates.count) }
        return AccessDecision(isAllowed: whole.isAllowed, basis: .call(whole))
    }

    /// The largest config, in bindings, of which a denial that nobody asked the reason of is kept
    /// with its near misses.
    private static let toldBindingCountMax = 256

    private mutating func resolve(
        _ operation: OperationID,
        on resource: GrantedResource,
        _ grants: WorkflowGrants,
        _ listing: BindingTable.Listing
    ) -> Resolution? {
        grants.table.resolve(
            grants.workflow,
            operation,
            on: resource,
            listing: listing,
            conditions: grants.conditions,
            isOpen: context.services.openBreakers(of: grants.table.config.tenant),
            stepCount: &stepCount
        )
    }

    static func denied(_ reason: String) -> AccessDecision {
        AccessDecision(isAllowed: false, basis: .unknown(reason))
    }

    /// The config that decides about a question's workflow, and the conditions under which; nil
    /// when there is none that the caller may know of.
    func grants(for question: AccessQuestion) throws(CommandError) -> WorkflowGrants? {
        guard var grants = try grants(of: question.subject) else { return nil }
        let config = grants.table.config
        grants.conditions = CallConditions(
            policies(of: grants.scope),
            CallConditions.Subject(
                tenant: config.tenant,
                blueprint: config.blueprint.name,
                environment: config.environment
            ),
            context: question.context,
            actionProperties: question.action.properties
        )
        return grants
    }

    /// The config that decides about a workflow; nil when there is none that the caller may know
    /// of.
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
            .map { WorkflowGrants(workflow: workflow, table: $0, scope: scope) }
    }

    /// Counts work that was done beside deciding.
    mutating func spend(_ count: Int) { stepCount += count }

    /// Whether the workflow may do the operation on the resource.
    mutating func permits(
        _ grants: WorkflowGrants,
        _ operation: OperationID,
        on resource: GrantedResource
    ) -> Bool {
        grants.table.permits(
            grants.workflow,
            operation,
            on: resource,
            conditions: grants.conditions,
            stepCount: &stepCount
        )
    }

    /// With which connections and slots the workflow is served for the operation.
    mutating func permitted(
        _ grants: WorkflowGrants,
        _ operation: OperationID
    ) -> (connections: Set<ConnectionID>, slots: Set<SlotID>) {
        grants.table.permitted(
            grants.workflow,
            operation,
            conditions: grants.conditions,
            stepCount: &stepCount
        )
    }

    /// What is live on a line, compiled.
    func table(_ target: ConfigScope) -> BindingTable? {
        guard let rehearsed else { return context.services.table(target, state) }
        let environment = context.services.environments
            .first { $0.name == target.line.environment }
        return environment.flatMap { rehearsed.table(target, state, $0) }
    }

    /// The rules over attributes that are in force for a tenant.
    func policies(of scope: TenantScope) -> AttributePolicies {
        rehearsed?.policies(of: scope, state)
            ?? context.services.attributeTables.policies(of: scope, state)
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
}

/// A workflow, and the config that says what it may use.
struct WorkflowGrants {
    let workflow: WorkflowName
    let table: BindingTable
    /// The right to the config's tenant.
    let scope: TenantScope
    /// The rules about the circumstances of what is asked; nil for none.
    var conditions: CallConditions?
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
