public import JSON
import Ledger
public import Model

/// Takes the version of an approved change request live, through every gate, as of now.
///
/// A version that was live before goes live again as a rollback does: as a new version with its
/// content. The request and the config move in one entry of the log, so that of two that race one
/// finds the request applied.
public struct ApplyChangeRequest: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The request.
    public let id: ChangeRequestID
    /// The body: `comment`, which may be left out.
    public let body: JSONValue?
    /// Whether it is carried out only while its time has come.
    var onlyWhenDue = false

    /// A request.
    public init(scope: TenantScope, id: ChangeRequestID, body: JSONValue?) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`, `INVALID_TRANSITION`,
    ///   `CHANGE_REQUEST_CONFLICT`, `APPROVALS_MISSING`; what a publish is refused for.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let comment = try ActionBody.text("comment", in: body)
        try await context.refresh()
        let found = try GetChangeRequest.find(id, scope, context.state, context.caller)
        try check(found.value, context.state, context.now)
        let target = ConfigScope(scope: scope, line: found.value.line)
        let version = try target.version(found.value.version, context.state)
        let checks = try await PublishChecks.run(version.value.config, scope, context)
        var subject = found.value.subjectOfWrite("changeRequest.apply")
        subject.reason = Self.reason(found.value, comment)
        let told = subject
        return try await context.write(told) { (state, stamp) throws(CommandError) in
            try plan(comment, state, stamp, context, checks)
        }
    }

    /// Why the version goes live, for the trail and the line's history: what the request is called, and
    /// what was said when it was carried out.
    private static func reason(_ request: ChangeRequest, _ comment: String?) -> String {
        comment.map { "\(request.title): \($0)" } ?? request.title
    }

    private func check(
        _ request: ChangeRequest,
        _ state: State,
        _ now: Timestamp
    ) throws(CommandError) {
        if onlyWhenDue, !request.isDue(at: now) { throw Self.notDue }
        try MoveChangeRequest.check(.apply, request)
        try MoveChangeRequest.checkBase(request, RequestStanding(request, state), state)
    }

    /// What was scheduled is not any more, or not for now.
    static let notDue = CommandError(
        .conflict,
        "INVALID_TRANSITION",
        "The change request is not due."
    )

    private func plan(
        _ comment: String?,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let existing = scope.read(state).changeRequests[id]
        try context.precondition.check(existing?.revision)
        let request = try GetChangeRequest.find(id, scope, state, context.caller)
        try check(request.value, state, context.now)
        let released = try release(
            request.value,
            comment,
            state,
            stamp,
            context.unconditional,
            checks
        )
        let applied = released.plan.changes.lazy
            .compactMap { change -> Stored<ChangeRequest>? in
                guard case .putChangeRequest(let request) = change else { return nil }
                return request
            }
            .first
        guard let applied else {
            preconditionFailure("what is released for a request moves the request")
        }
        let config = released.plan.answer
        let standing = RequestStanding(applied.value, state)
        var written = Written(
            object: applied.summary,
            revision: applied.revision,
            before: request.summary
        )
        written.beside = [WrittenPart(subject: released.subject, written: config)]
        written.makeBody = {
            var object = standing.json(of: applied)
            let told = config.makeBody?()
            for member in ["gates", "report", "access", "accessIsCut"] {
                object[member] = told?[member]
            }
            return .object(object)
        }
        return Ledger.Plan(released.plan.changes, answer: written)
    }

    private func release(
        _ request: ChangeRequest,
        _ comment: String?,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks
    ) throws(CommandError) -> (plan: Ledger.Plan<Written>, subject: WriteSubject) {
        let target = ConfigScope(scope: scope, line: request.line)
        let number = request.version
        let reason = Self.reason(request, comment)
        let version = try target.version(number, state)
        try CreateChangeRequest.checkOpen(version)
        if version.value.status == .superseded {
            var rollback = RollbackConfig(target: target, body: .null)
            rollback.request = id
            let plan = try rollback.plan(number, reason, state, stamp, context, checks)
            return (plan, target.subject("config.rollback", nil, reason: reason))
        }
        var step = ConfigStep(target: target, number: number, step: .publish, reason: reason)
        step.request = id
        step.checks = checks
        let plan = try step.plan(state, stamp, context)
        return (plan, target.subject("config.publish", number, reason: reason))
    }
}
