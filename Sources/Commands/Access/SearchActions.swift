public import JSON
import Ledger
import Model
import Policy
import Resolver

/// Answers what the subject may do on the resource (AuthZEN section 8.6): operations of the
/// workflow's live config, or actions that the rules over attributes name.
public struct SearchActions: Sendable {
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(body: JSONValue) { self.body = body }

    /// Carries it out.
    ///
    /// - Throws: `INVALID_REQUEST`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`,
    ///   `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let search = try AccessSearch(body, for: .action)
        var decider = AccessDecider(context)
        var results = AccessResults(search.page)
        let question = search.question
        guard AccessDecider.isAboutConfigs(question.subject.type, question.resource.type) else {
            try Self.addNamed(question, &decider, &results)
            return results.answer(revision: decider.state.revision)
        }
        if let grants = try decider.grants(for: question),
            let resource = GrantedResource(question.resource)
        {
            for operation in grants.table.operationIDs where !results.isPassed([operation.text]) {
                guard results.continues(decider.stepCount) else { break }
                let isAllowed = decider.permits(grants, operation, on: resource)
                let result: JSONValue = ["name": .string(operation.text)]
                results.add([operation.text], result, if: isAllowed)
            }
        }
        return results.answer(revision: decider.state.revision)
    }

    private static func addNamed(
        _ question: AccessQuestion,
        _ decider: inout AccessDecider,
        _ results: inout AccessResults
    ) throws(CommandError) {
        guard let grants = try decider.attributeGrants(for: question.subject),
            try decider.knows(question.subject, grants)
        else { return }
        for name in grants.policies.actionNames where !results.isPassed([name]) {
            guard results.continues(decider.stepCount) else { return }
            var question = question
            question.action = AccessAction(name)
            let decision = decider.decide(question, by: grants)
            results.add([name], ["name": .string(name)], if: decision.isAllowed)
        }
    }
}
