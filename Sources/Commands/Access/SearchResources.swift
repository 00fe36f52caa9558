public import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers on what the subject may do the action (AuthZEN section 8.5): connections, capabilities
/// or slots of the workflow's live config, or entities of the tenant.
public struct SearchResources: Sendable {
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(body: JSONValue) { self.body = body }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_REQUEST`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`,
    ///   `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let search = try AccessSearch(body, for: .resource)
        var decider = AccessDecider(context)
        var results = AccessResults(search.page)
        let question = search.question
        guard AccessDecider.isAboutConfigs(question.subject.type, question.resource.type) else {
            try Self.addEntities(question, &decider, &results)
            return results.answer(revision: decider.state.revision)
        }
        if let grants = try decider.grants(for: question),
            let operation = OperationID(question.action.name)
        {
            Self.add(question.resource.type, grants, operation, &decider, &results)
        }
        return results.answer(revision: decider.state.revision)
    }

    private static func addEntities(
        _ question: AccessQuestion,
        _ decider: inout AccessDecider,
        _ results: inout AccessResults
    ) throws(CommandError) {
        guard let grants = try decider.attributeGrants(for: question.subject),
            try decider.knows(question.subject, grants)
        else { return }
        for id in grants.ids(question.resource.type) where !results.isPassed([id]) {
            guard results.continues(decider.stepCount) else { return }
            var question = question
            question.resource = question.resource.named(id)
            let decision = decider.decide(question, by: grants)
            results.add([id], question.resource.json, if: decision.isAllowed)
        }
    }

    private static func add(
        _ type: String,
        _ grants: WorkflowGrants,
        _ operation: OperationID,
        _ decider: inout AccessDecider,
        _ results: inout AccessResults
    ) {
        switch type {
        case "connection":
            let permitted = decider.permitted(grants, operation).connections.sorted()
            add(permitted.map(\.text), type, decider, &results)
        case "slot":
            let permitted = decider.permitted(grants, operation).slots.sorted()
            add(permitted.map(\.text), type, decider, &results)
        case "capability":
            for key in grants.table.capabilities.sorted() where !results.isPassed([key.text]) {
                guard results.continues(decider.stepCount) else { return }
                let isAllowed = decider.permits(grants, operation, on: .capability(key))
                let result = AccessEntity(type: type, id: key.text).json
                results.add([key.text], result, if: isAllowed)
            }
        default: break
        }
    }

    /// Adds ids that one evaluation found to be permitted.
    private static func add(
        _ ids: [String],
        _ type: String,
        _ decider: AccessDecider,
        _ results: inout AccessResults
    ) {
        for id in ids where !results.isPassed([id]) {
            guard results.continues(decider.stepCount) else { return }
            results.add([id], AccessEntity(type: type, id: id).json)
        }
    }
}
