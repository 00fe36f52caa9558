public import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers who may do the action on the resource (AuthZEN section 8.4).
///
/// Workflows are sought in the live configs of the caller's tenants: the blueprints' aliases, and
/// the exact names in scopes. Properties of the subject narrow the search. Other subjects are
/// sought among the tenant's entities.
public struct SearchSubjects: Sendable {
    /// What it is taken to cost to look at a line, in steps; a table may have to be compiled.
    static let lineStepCount = 20_000
    /// What it costs to look at a name in a scope, in steps.
    static let entryStepCount = 48
    /// What it is taken to cost to find the lines of a tenant, in steps: its index may have to be made.
    static let tenantStepCount = 2_000

    /// The body.
    public let body: JSONValue

    /// A request.
    public init(body: JSONValue) { self.body = body }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_REQUEST`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        var decider = AccessDecider(context)
        return try search(&decider).answer(revision: decider.state.revision)
    }

    /// Makes the page.
    func search(_ decider: inout AccessDecider) throws(CommandError) -> AccessResults {
        let search = try AccessSearch(body, for: .subject)
        var results = AccessResults(search.page)
        let question = search.question
        if question.subject.type == AccessDecider.workflowType {
            Self.addWorkflows(question, &decider, &results)
        } else if let grants = try decider.attributeGrants(for: question.subject) {
            for id in grants.ids(question.subject.type) where !results.isPassed([id]) {
                guard results.continues(decider.stepCount) else { break }
                var question = question
                question.subject = question.subject.named(id)
                let decision = decider.decide(question, by: grants)
                results.add([id], question.subject.json, if: decision.isAllowed)
            }
        }
        return results
    }

    /// A part of a key that comes after every name: what is passed with it is passed whole.
    private static let end = "~"

    private static func addWorkflows(
        _ question: AccessQuestion,
        _ decider: inout AccessDecider,
        _ results: inout AccessResults
    ) {
        let wish = LineWish(question.subject.properties)
        for tenant in decider.tenants(wish.tenant) {
            let end = [tenant.text, end]
            guard !results.isPassed(end) else { continue }
            for line in decider.lines(of: tenant, for: question, keeps: wish.isOfOneTenant)
            where wish.admits(line) {
                guard results.continues(decider.stepCount) else { return }
                addWorkflows(of: tenant, line, question, &decider, &results)
            }
            guard results.continues(decider.stepCount) else { return }
            decider.spend(tenantStepCount)
            results.skip(end)
        }
    }

    private static func addWorkflows(
        of tenant: TenantID,
        _ line: ConfigLineID,
        _ question: AccessQuestion,
        _ decider: inout AccessDecider,
        _ results: inout AccessResults
    ) {
        let place = [tenant.text, line.blueprint.text, line.environment.text]
        guard !results.isPassed(place + [end]) else { return }
        decider.spend(lineStepCount)
        if let target = decider.target(tenant, line), let table = decider.table(target) {
            decider.spend(entryStepCount * table.workflowEntryCount)
            for workflow in table.workflowNames where decider.mayAsk(about: workflow) {
                let key = place + [workflow.text]
                guard !results.isPassed(key) else { continue }
                guard results.continues(decider.stepCount) else { return }
                let grants = WorkflowGrants(workflow: workflow, table: table, scope: target.scope)
                let isAllowed = decider.allows(grants, question)
                results.add(key, grants.subjectJSON, if: isAllowed)
            }
        }
        guard results.continues(decider.stepCount) else { return }
        results.skip(place + [end])
    }
}

/// Which lines a search is narrowed to; what is no name narrows it to none.
private struct LineWish {
    private let properties: JSONObject

    init(_ properties: JSONObject) { self.properties = properties }

    /// The tenant; nil for all, an empty list for none.
    var tenant: [TenantID]? {
        properties["tenantId"].map { [$0.string.flatMap(TenantID.init)].compactMap { $0 } }
    }

    /// Whether one tenant is wished for.
    var isOfOneTenant: Bool { tenant != nil }

    func admits(_ line: ConfigLineID) -> Bool {
        let blueprint = properties["blueprint"].map { $0.string == line.blueprint.text } ?? true
        let environment = properties["environment"].map { $0.string == line.environment.text }
        return blueprint && environment ?? true
    }
}

extension WorkflowGrants {
    /// The workflow as a subject that can be asked about again.
    fileprivate var subject: AccessEntity {
        AccessEntity(
            type: AccessDecider.workflowType,
            id: workflow.text,
            properties: [
                "tenantId": .string(table.config.tenant.text),
                "blueprint": .string(table.config.blueprint.name.text),
                "environment": .string(table.config.environment.text),
            ]
        )
    }

    fileprivate var subjectJSON: JSONValue {
        var object = subject.json.object ?? [:]
        object["properties"] = .object(subject.properties)
        return .object(object)
    }
}

extension AccessDecider {
    /// Whether the workflow may do what a search asks about, in its own config.
    fileprivate mutating func allows(_ grants: WorkflowGrants, _ question: AccessQuestion) -> Bool {
        var question = question
        question.subject = grants.subject
        do {
            return try decide(question, isKept: false).isAllowed
        } catch {
            // A question about it would be refused, so it is no result.
            return false
        }
    }

    /// The tenants that the caller may ask about, sorted; of those wished for, if any are.
    func tenants(_ wished: [TenantID]?) -> [TenantID] {
        guard let own = context.caller.credential.tenant else {
            return wished ?? state.tenants.keys.sorted()
        }
        return wished.map { $0.contains(own) ? [own] : [] } ?? [own]
    }

    /// The lines of a tenant in which a question may be answered with yes, sorted.
    ///
    /// Of an operation these are the lines that bind a connection of a spec that has it, of a connection
    /// those that bind it. `keeps` says whether the tenant's index is worth keeping: a search of all
    /// tenants would push out those that are asked for one by one.
    func lines(
        of id: TenantID,
        for question: AccessQuestion,
        keeps: Bool
    ) -> [ConfigLineID] {
        let tenant = state.tenant(id)
        guard Self.isAboutConfigs(question.subject.type, question.resource.type) else {
            return tenant.lines.keys.sorted()
        }
        guard let operation = OperationID(question.action.name),
            let resource = GrantedResource(question.resource)
        else { return [] }
        let services = context.services
        let isKept = keeps || context.caller.credential.tenant != nil
        let index =
            isKept
            ? services.reachIndexes.index(of: tenant, services.environments)
            : ReachIndex(tenant, services.environments)
        let specs = services.reachIndexes.specs(bringing: operation, state.catalog)
        let serving = index.lines(bindingAnyOf: specs)
        guard case .connection(let id) = resource else { return serving }
        let binding = Set(index.lines(binding: id))
        return serving.filter(binding.contains)
    }

    /// The right to a line; nil where the caller may not ask.
    func target(_ tenant: TenantID, _ line: ConfigLineID) -> ConfigScope? {
        do {
            return try scope(tenant, line.environment).map { ConfigScope(scope: $0, line: line) }
        } catch {
            // A question about it would be refused, so it is no result.
            return nil
        }
    }

    /// Whether a question about the workflow would not be refused.
    func mayAsk(about workflow: WorkflowName) -> Bool {
        !context.caller.isRuntimeOnly || context.caller.credential.mayAct(as: workflow)
    }
}
