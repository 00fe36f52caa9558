import JSON
import Ledger
import Model

// What becomes of a request that could not be published at its time.
extension ReleaseScheduler {
    /// Notes why a request was not published: it is put off, or was refused.
    ///
    /// The first time that it is put off is in the log, so that neither a restart nor another replica
    /// begins the window anew.
    ///
    /// - Throws: What keeps the log from being written.
    func note(
        _ failure: CommandError,
        _ request: ChangeRequest,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        guard failure != ApplyChangeRequest.notDue else { return }
        let existing = scope.read(context.state).changeRequests[request.id]?.value
        guard failure.isTemporary else { return try await refuse(failure, request, scope, context) }
        let since = existing?.failure?.at
        if let since, context.now - since > ReleaseRetries.window {
            return try await refuse(failure, request, since: since, scope, context)
        }
        if since == nil { try await putOff(failure, request, scope, context) }
        postpone(request, context.now)
    }

    private func putOff(
        _ failure: CommandError,
        _ request: ChangeRequest,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        try await take(.postpone, to: .scheduled, failure.detail, failure, request, scope, context)
    }

    private func refuse(
        _ failure: CommandError,
        _ request: ChangeRequest,
        since: Timestamp? = nil,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        let minutes = ReleaseRetries.window.components.seconds / 60
        let head =
            since.map { "It was tried again for \(minutes) minutes, since \($0.text): " } ?? ""
        let words = head + failure.detail
        try await take(.fail, to: .approved, words, failure, request, scope, context)
    }

    /// Takes a step of a request that is due still.
    private func take(
        _ step: ChangeRequest.Step,
        to status: ChangeRequest.Status,
        _ words: String,
        _ failure: CommandError,
        _ request: ChangeRequest,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        let detail = String(words.prefix(1000))
        var subject = request.subjectOfWrite("changeRequest.\(step.rawValue)")
        subject.reason = detail
        let told = subject
        _ = try await context.write(told) { (state, stamp) throws(CommandError) in
            let existing = scope.read(state).changeRequests[request.id]
            // Somebody moved it while it was tried: that it failed is no news.
            guard let existing, existing.value.isDue(at: context.now) else {
                return Ledger.Plan([], answer: Written())
            }
            var value = existing.value
            value.take(
                step,
                to: status,
                by: context.caller.party,
                at: stamp.now,
                comment: failure.code
            )
            value.failure = ChangeRequest.Failure(code: failure.code, detail: detail, at: stamp.now)
            value.gates = GateVerdict.kept(failure.members["gates"])
            return MoveChangeRequest.plan(from: existing, to: value, state, stamp)
        }
    }
}
