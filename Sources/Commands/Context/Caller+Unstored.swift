import JSON
import Model
import Platform
import Tokens

extension Caller {
    /// Whoever calls what is open to anyone: a caller without a right to anything else.
    public static func anyone(address: String) -> Caller {
        Caller(credential: nobody, isBootstrap: false, address: address)
    }

    /// Who runs a command on a store of its own, without a server: it may do everything there.
    public static let local = Caller(credential: .bootstrap, isBootstrap: true, address: "local")

    /// A part of the server that does by itself what a tenant asked for beforehand.
    static func part(_ name: String, of tenant: TenantID) -> Caller {
        Caller(
            credential: Credential(
                unstored: .literal(name),
                tenant: tenant,
                roles: [.tenantAdmin],
                environments: nil,
                workflows: []
            ),
            isBootstrap: false,
            address: "local",
            part: name
        )
    }

    private static let nobody = Credential(
        unstored: .literal("anonymous"),
        tenant: nil,
        roles: [.runtime],
        environments: [],
        workflows: []
    )

    /// The bearer of a token that was checked.
    ///
    /// Its credential's id is made of issuer and subject: the same for every token that one bearer
    /// is given, so that an idempotency key outlives a token; and never the id of a stored key,
    /// which has no hyphen.
    init(_ admission: TokenAdmission, address: String) {
        let (grant, origin) = (admission.grant, admission.grant.origin)
        let name = Array("\(origin.issuer.utf8.count):\(origin.issuer)\(origin.subject)".utf8)
        let id = "jwt-" + Hex.encode(Array(Digest.sha256(name).prefix(16)))
        self.init(
            credential: Credential(
                unstored: .literal(id),
                tenant: grant.tenant,
                roles: grant.roles,
                environments: grant.environments,
                workflows: grant.workflows,
                expiresAt: origin.end
            ),
            isBootstrap: false,
            address: address,
            token: admission
        )
    }
}

extension Credential {
    /// The credential that the bootstrap key stands for: everything, everywhere.
    static var bootstrap: Credential {
        guard let all = Pattern("*") else { preconditionFailure("a star is a pattern") }
        return Credential(
            unstored: .literal("bootstrap"),
            tenant: nil,
            roles: [.platformAdmin],
            environments: nil,
            workflows: [all]
        )
    }
}

extension CredentialID {
    /// An id that the server makes itself.
    fileprivate static func literal(_ text: String) -> CredentialID {
        guard let id = CredentialID(text) else { preconditionFailure("\(text) is an identifier") }
        return id
    }
}
