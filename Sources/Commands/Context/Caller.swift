import Ledger
public import Model
public import Policy
import Tokens

/// Who calls: a credential, and from where.
public struct Caller: Sendable {
    /// The credential; of the bootstrap key one that reaches everything.
    public let credential: Credential
    /// Whether it is the bootstrap key.
    public let isBootstrap: Bool
    /// The address of the client.
    public let address: String

    /// The token that it bears; nil when it has a key.
    let admission: TokenAdmission?
    /// The part of the server that acts by itself; nil for a client.
    let part: String?

    init(
        credential: Credential,
        isBootstrap: Bool,
        address: String,
        token admission: TokenAdmission? = nil,
        part: String? = nil
    ) {
        self.credential = credential
        self.isBootstrap = isBootstrap
        self.address = address
        self.admission = admission
        self.part = part
    }

    /// The token that it bears; nil when it has a key.
    var token: TokenGrant? { admission?.grant }

    /// The key that it is, whose use is noted; nil for the bootstrap key and for a token.
    public var storedCredential: CredentialID? {
        isBootstrap || admission != nil || part != nil ? nil : credential.id
    }

    /// Until when what it is answered can be repeated without asking again who it is, as long as the
    /// store and the issuers' keys are the same; nil for no end.
    public var repeatableUntil: Timestamp? { admission?.until ?? credential.expiresAt }

    /// The caller as entries of the log name it.
    var actor: ChangeActor { ChangeActor(type: actorType, id: actorID) }

    /// What kind of caller it is, in the log and in the trail.
    var actorType: String {
        if part != nil { return "system" }
        if admission != nil { return "jwt" }
        return isBootstrap ? "bootstrap" : "key"
    }

    /// Which one of its kind: a key by its id, the bearer of a token by issuer and subject.
    var actorID: String {
        if let part { return part }
        guard let origin = token?.origin else { return credential.id.text }
        return "\(origin.issuer) \(origin.subject)"
    }

    /// Decides whether the caller may do `action`, before anything is looked at (API section 3).
    ///
    /// - Parameters:
    ///   - action: What is asked.
    ///   - tenant: The tenant whose data it is about; nil for what is global.
    ///   - environment: The environment it is about, if any.
    /// - Returns: The scope that commands on the tenant's data need; nil for what is global.
    /// - Throws: `NOT_FOUND` for another tenant's data, `FORBIDDEN` with the reason.
    public func authorize(
        _ action: Action,
        tenant: TenantID?,
        environment: EnvironmentName?
    ) throws(CommandError) -> TenantScope? {
        let decision = Authorization.decide(
            credential: credential,
            action: action,
            tenant: tenant,
            environment: environment
        )
        switch decision {
        case .allowed: return tenant.map { TenantScope(tenant: $0) }
        case .notFound: throw .notFound("such object")
        case .forbidden(let code, let detail): throw CommandError(.forbidden, code, detail)
        }
    }

    /// Whether it holds a role beside `runtime`, which is bound to its workflows.
    var isRuntimeOnly: Bool { credential.roles == [.runtime] }

    /// The code of a refusal for an environment.
    static let environmentCode = Authorization.environmentCode

    /// Checks that the caller may act in the environment, which an object names and not the path.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    func check(_ environment: EnvironmentName) throws(CommandError) {
        guard !credential.mayAct(in: environment) else { return }
        throw CommandError(
            .forbidden,
            Authorization.environmentCode,
            "The credential may not act in the environment \(environment.text)."
        )
    }

    /// Checks that the caller may act as the workflow.
    ///
    /// - Throws: `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`.
    func check(_ workflow: WorkflowName) throws(CommandError) {
        guard !credential.mayAct(as: workflow) else { return }
        throw CommandError(
            .forbidden,
            "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE",
            "The credential may not act as the workflow \(workflow.text)."
        )
    }
}

/// The right to one tenant's data: only authorization makes one, and a command that has one can name
/// no other tenant (DESIGN section 3, law 6).
public struct TenantScope: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID

    fileprivate init(tenant: TenantID) { self.tenant = tenant }

    /// The tenant's values in a state.
    func read(_ state: State) -> TenantState { state.tenant(tenant) }

    /// The path of the tenant's resources.
    var path: String { "/v1/tenants/\(tenant.text)" }
}
