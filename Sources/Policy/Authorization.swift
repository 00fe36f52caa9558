public import Model

/// What the decision point says of a request.
public enum AuthorizationDecision: Sendable, Hashable {
    /// It may go on.
    case allowed
    /// It is about another tenant's objects, of which the caller may not even know.
    case notFound
    /// It may not: a stable code, and the reason in words for the caller.
    case forbidden(code: String, detail: String)
}

/// Decides before every request, deny by default (API sections 3 and 10).
public enum Authorization {
    /// The code of a refusal because no role of the credential may do the action.
    public static let roleCode = "FORBIDDEN"
    /// The code of a refusal because the credential may not act in the environment.
    public static let environmentCode = "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE"

    /// Decides whether the credential may do the action.
    ///
    /// A platform's key reaches every tenant with its roles; a tenant's key reaches its own tenant,
    /// and of what is global only what is for every tenant. That the credential is the caller's, has
    /// not expired and may act as a workflow is for others to check.
    ///
    /// - Parameters:
    ///   - credential: Who asks.
    ///   - action: What is asked.
    ///   - tenant: Whose objects it is about; nil for what is global.
    ///   - environment: The environment it is about; nil when it is about none.
    /// - Returns: Whether it may, and why not.
    public static func decide(
        credential: Credential,
        action: Action,
        tenant: TenantID?,
        environment: EnvironmentName?
    ) -> AuthorizationDecision {
        if let own = credential.tenant, let tenant, own != tenant { return .notFound }
        guard credential.status == .active, mayDo(credential, action) else {
            return .forbidden(
                code: roleCode,
                detail: "No role of the credential allows \(action.rawValue)."
            )
        }
        if credential.tenant != nil, tenant == nil, !action.isForEveryTenant {
            return .forbidden(
                code: roleCode,
                detail: "A tenant's credential may do \(action.rawValue) in its tenant only."
            )
        }
        if let environment, !credential.mayAct(in: environment) {
            return .forbidden(
                code: environmentCode,
                detail: "The credential may not act in the environment \(environment.text)."
            )
        }
        return .allowed
    }

    /// Whether a role of the credential allows the action; a tenant's key is never platform-admin.
    private static func mayDo(_ credential: Credential, _ action: Action) -> Bool {
        credential.roles.contains { role in
            let isBeyondTenant = role == .platformAdmin && credential.tenant != nil
            return !isBeyondTenant && RoleTable.allows(role, action)
        }
    }
}
