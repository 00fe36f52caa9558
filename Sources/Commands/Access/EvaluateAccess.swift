public import JSON
import Ledger
import Model

/// Answers one AuthZEN question (Authorization API 1.0, section 6).
public struct EvaluateAccess: Sendable {
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(body: JSONValue) { self.body = body }

    private static let permitted = Array(#"{"decision":true}"#.utf8)
    private static let denied = Array(#"{"decision":false}"#.utf8)

    /// Carries it out.
    ///
    /// - Throws: `INVALID_REQUEST`; `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`,
    ///   `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let question: AccessQuestion
        do {
            let object = try AccessDefect.object(body, at: .root)
            let explains = AccessQuestion.explains(object)
            question = try AccessQuestion(object, at: .root, explains: explains)
        } catch {
            throw error.error
        }
        var decider = AccessDecider(context)
        let decision = try decider.decide(question)
        var answers = AccessAnswers(context, decider.state)
        let body: CommandAnswer.Body
        if let explanation = answers.explain(decision, question) {
            body = .json(["decision": .bool(decision.isAllowed), "context": .object(explanation)])
        } else {
            let bare = decision.isAllowed ? Self.permitted : Self.denied
            body = .bytes(bare, mediaType: "application/json")
        }
        var answer = CommandAnswer(body: body, revision: decider.state.revision)
        answer.decisions = answers.decisions
        return answer
    }
}
