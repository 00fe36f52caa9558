public import JSON
import Ledger
import Model
import Resolver

/// Answers what the subject may do on the resource (AuthZEN section 8.6): operations of the
/// workflow's live config.
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
        if let grants = try decider.grants(of: question.subject),
            let resource = GrantedResource(question.resource)
        {
            for operation in grants.table.operationIDs where !results.isPassed([operation.text]) {
                guard results.continues(decider.stepCount) else { break }
                if decider.permits(grants, operation, on: resource) {
                    results.add([operation.text], ["name": .string(operation.text)])
                } else {
                    results.skip([operation.text])
                }
            }
        }
        return results.answer(revision: decider.state.revision)
    }
}
