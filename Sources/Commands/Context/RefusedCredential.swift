import Audit
import Model

/// A stored credential in whose name an authentication failed, for the trail alone.
struct RefusedCredential: Sendable, Equatable {
    /// Its id.
    let id: CredentialID
    /// Whose it is; nil for the platform's.
    let tenant: TenantID?
    /// Whether it was shown itself, and is revoked or expired; otherwise somebody named it who does
    /// not have it.
    let isProven: Bool

    /// The credential of a key or certificate that was refused.
    init(_ credential: Credential, isProven: Bool) {
        id = credential.id
        tenant = credential.tenant
        self.isProven = isProven
    }

    /// Who failed, from this address: the credential, or nobody that is known.
    static func actor(_ refused: RefusedCredential?, from address: String) -> AuditActor {
        guard let refused, refused.isProven else {
            return AuditActor(type: "anonymous", id: "anonymous", via: "http", ip: address)
        }
        return AuditActor(type: "key", id: refused.id.text, via: "http", ip: address)
    }
}
