public import JSON
import Ledger
public import Model

/// Pauses, resumes or revokes a connection; its id and what is bound to it stay.
public struct MoveConnection: Sendable {
    /// The actions.
    public enum Move: String, Sendable, CaseIterable {
        /// Takes an active connection out of service.
        case pause
        /// Puts a draft or paused connection into service.
        case resume
        /// Takes a connection out of service for good.
        case revoke

        var target: Connection.Status {
            switch self {
            case .pause: .paused
            case .resume: .active
            case .revoke: .revoked
            }
        }

        var sources: Set<Connection.Status> {
            switch self {
            case .pause: [.active]
            case .resume: [.draft, .paused]
            case .revoke: [.draft, .active, .paused]
            }
        }
    }

    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// What to do.
    public let move: Move
    /// The body: `reason`, which may be left out.
    public let body: JSONValue?

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, move: Move, body: JSONValue?) {
        self.scope = scope
        self.id = id
        self.move = move
        self.body = body
    }

    /// Carries it out; a connection that stands there already stays as it is.
    ///
    /// A dry run answers `access` too: whose winner or permission in live configs would change.
    ///
    /// - Throws: `NOT_FOUND`; `INVALID_TRANSITION` when its status has no such way.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let reason = try ActionBody.text("reason", in: body)
        let subject = WriteSubject(
            action: "connection.\(move.rawValue)",
            type: "connection",
            id: id.text,
            tenant: scope.tenant,
            reason: reason
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(scope.read(state).connections[id]?.revision)
            let plan = try plan(reason, state, stamp, context)
            return context.isDryRun ? telling(plan, state, stamp, context) : plan
        }
    }

    /// The plan of the move.
    ///
    /// - Throws: `NOT_FOUND`, `INVALID_TRANSITION`; what a caller is told who may not move it.
    func plan(
        _ reason: String?,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let tenant = scope.read(state)
        let existing = tenant.connections[id]
        guard let existing else { throw .notFound("such connection") }
        try context.caller.check(existing.value.environment)
        let status = existing.value.status
        guard status == move.target || move.sources.contains(status) else {
            throw CommandError(
                .conflict,
                "INVALID_TRANSITION",
                "A connection that is \(status.rawValue) has no \(move.rawValue)."
            )
        }
        let moved =
            status == move.target
            ? existing.value : existing.value.moved(to: move.target, reason: reason)
        return DocumentWrite.plan(
            moved,
            over: existing,
            stamp,
            location: nil,
            json: tenant.writer(of: id),
            change: { .putConnection($0) }
        )
    }

    /// The plan of a dry run, which also tells what the move would do to calls.
    ///
    /// Found when the answer is written, since it is not worth that other writers wait.
    private func telling(
        _ plan: Ledger.Plan<Written>,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) -> Ledger.Plan<Written> {
        var written = plan.answer
        written.makeBody = { [scope, id, changes = plan.changes, shown = written.late.object] in
            var object = shown?.value ?? [:]
            let after = state.applying(changes, stamp)
            ConnectionEffect(of: id, scope, before: state, after: after, context)
                .write(into: &object)
            return .object(object)
        }
        return Ledger.Plan(plan.changes, answer: written)
    }
}

/// The small bodies of actions.
enum ActionBody {
    /// The largest reason or summary, in bytes.
    static let byteCountMax = 1024

    /// The text `key` of a body that may hold nothing else; nil when absent.
    static func text(_ key: String, in body: JSONValue?) throws(CommandError) -> String? {
        let issues = IssueList()
        let reader = ObjectReader(
            body ?? .object([:]),
            at: .root,
            issues: issues,
            members: [key, "reason"]
        )
        let text = reader.string(key, byteCountMax: byteCountMax)
        let reason = reader.string("reason", byteCountMax: byteCountMax)
        SecretScan.scan(.object(reader.object), at: .root, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        return text ?? reason
    }

    /// The member `reason` of a body that holds more; histories keep it, so it may be no secret.
    static func reason(_ reader: ObjectReader) -> String? {
        let reason = reader.string("reason", byteCountMax: byteCountMax)
        if let reason {
            let place = reader.place("reason")
            SecretScan.scan(.string(reason), at: place, issues: reader.issues)
        }
        return reason
    }
}
