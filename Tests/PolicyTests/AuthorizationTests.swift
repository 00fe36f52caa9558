import JSON
import Model
import Policy
import Testing

@Suite struct AuthorizationTests {
    static func credential(
        _ roles: [Role],
        tenant: String? = "acme",
        environments: [String] = ["*"]
    ) throws -> Credential {
        try Credential(
            [
                "roles": .array(roles.map { .string($0.rawValue) }),
                "environments": .array(environments.map { .string($0) }),
                "workflows": ["*"],
            ],
            id: #require(CredentialID("key1")),
            tenant: tenant.flatMap { TenantID($0) },
            digest: String(repeating: "0", count: 64)
        )
    }

    static func decide(
        _ credential: Credential,
        _ action: Action,
        tenant: String? = "acme",
        environment: String? = nil
    ) -> AuthorizationDecision {
        Authorization.decide(
            credential: credential,
            action: action,
            tenant: tenant.flatMap { TenantID($0) },
            environment: environment.flatMap { EnvironmentName($0) }
        )
    }

    private static func isForbidden(_ decision: AuthorizationDecision) -> Bool {
        guard case .forbidden = decision else { return false }
        return true
    }

    @Test(arguments: Action.allCases)
    func `another tenant's objects are not found, whatever is asked`(_ action: Action) throws {
        for role in Role.allCases where role != .platformAdmin {
            let decision = Self.decide(try Self.credential([role]), action, tenant: "other")
            #expect(decision == .notFound, "\(role.rawValue)")
        }
    }

    @Test(arguments: Action.allCases)
    func `a platform-admin of the platform may do all, everywhere`(_ action: Action) throws {
        let admin = try Self.credential([.platformAdmin], tenant: nil)
        for tenant in ["acme", "other", nil] {
            let decision = Self.decide(admin, action, tenant: tenant, environment: "production")
            #expect(decision == .allowed)
        }
    }

    @Test(arguments: Action.allCases)
    func `in its own tenant a role may do what the table says`(_ action: Action) throws {
        for role in Role.allCases where role != .platformAdmin {
            let decision = Self.decide(try Self.credential([role]), action)
            #expect((decision == .allowed) == RoleTable.allows(role, action), "\(role.rawValue)")
            #expect(decision != .notFound)
        }
    }

    @Test(arguments: Action.allCases)
    func `a tenant's key reaches of what is global only what is for every tenant`(
        _ action: Action
    ) throws {
        let shared: Set<Action> = [.specsRead, .blueprintsRead, .auditVerify, .evaluate]
        for role in Role.allCases where role != .platformAdmin {
            let decision = Self.decide(try Self.credential([role]), action, tenant: nil)
            let isAllowed = RoleTable.allows(role, action) && shared.contains(action)
            #expect((decision == .allowed) == isAllowed, "\(role.rawValue)")
            #expect(Self.isForbidden(decision) == !isAllowed, "\(role.rawValue)")
        }
    }

    @Test func `several roles add up`() throws {
        let both = try Self.credential([.runtime, .auditor])
        #expect(Self.decide(both, .execute) == .allowed)
        #expect(Self.decide(both, .auditReadBodies) == .allowed)
        #expect(Self.isForbidden(Self.decide(both, .connectionsWrite)))
    }

    @Test func `a key of the platform reaches every tenant with its roles alone`() throws {
        let auditor = try Self.credential([.auditor], tenant: nil)
        #expect(Self.decide(auditor, .auditRead, tenant: "other") == .allowed)
        #expect(Self.isForbidden(Self.decide(auditor, .connectionsRead)))
        #expect(Self.isForbidden(Self.decide(auditor, .tenantsList, tenant: nil)))
    }

    @Test func `the environment must be in the credential`() throws {
        let runtime = try Self.credential([.runtime], environments: ["sandbox"])
        #expect(Self.decide(runtime, .execute, environment: "sandbox") == .allowed)
        #expect(
            Self.decide(runtime, .execute, environment: "production")
                == .forbidden(
                    code: "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE",
                    detail: "The credential may not act in the environment production."
                )
        )
    }

    @Test func `no environments means none, for a platform-admin too`() throws {
        let admin = try Self.credential([.platformAdmin], tenant: nil, environments: [])
        #expect(Self.isForbidden(Self.decide(admin, .resolve, environment: "sandbox")))
        #expect(Self.decide(admin, .tenantsList, tenant: nil) == .allowed)
    }

    @Test func `a revoked key may nothing`() throws {
        let key = try Self.credential([.tenantAdmin]).revoked
        #expect(Self.isForbidden(Self.decide(key, .configsRead)))
        #expect(Self.decide(key, .configsRead, tenant: "other") == .notFound)
    }

    @Test func `the refusal names the action`() throws {
        let viewer = try Self.credential([.tenantViewer])
        #expect(
            Self.decide(viewer, .execute)
                == .forbidden(
                    code: "FORBIDDEN",
                    detail: "No role of the credential allows execute."
                )
        )
    }
}
