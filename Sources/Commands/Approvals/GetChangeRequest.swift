import JSON
import Ledger
public import Model

/// Answers a change request, and how it stands.
public struct GetChangeRequest: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The request.
    public let id: ChangeRequestID

    /// A request.
    public init(scope: TenantScope, id: ChangeRequestID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let request = try Self.find(id, scope, state, context.caller)
        // Without a tag: how it stands hangs on other objects too, and a 304 would hide that.
        return CommandAnswer(
            body: .json(.object(RequestStanding(request.value, state).json(of: request))),
            revision: state.revision
        )
    }

    /// The request, if the caller may know of it.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    static func find(
        _ id: ChangeRequestID,
        _ scope: TenantScope,
        _ state: State,
        _ caller: Caller
    ) throws(CommandError) -> Stored<ChangeRequest> {
        guard let request = scope.read(state).changeRequests[id] else {
            throw .notFound("such change request")
        }
        try caller.check(request.value.line.environment)
        return request
    }
}
