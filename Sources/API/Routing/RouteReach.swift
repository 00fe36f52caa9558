import JSON
import Model
import Policy

/// How a credential's tenant, environments and workflows bear on a route, beyond its roles.
///
/// The OpenAPI document tells it (`x-bindery-access`), docs/authorization.md has it as a table, and a
/// test asks every route with every role and compares: what a row says here is a promise.
extension Route {
    /// Where a request names the tenant that it is about.
    enum TenantReach: String, Sendable {
        /// In the path; another tenant's is 404.
        case path
        /// In the query; another tenant's is 404.
        case query
        /// In each object of the body; another tenant's is refused like one that does not exist.
        case objects
        /// In the subject of the question; another tenant's is denied like one that does not exist.
        case subject
        /// Nowhere: it is about all tenants, or about none.
        case none
    }

    /// What the environments of a credential do to a request.
    enum EnvironmentReach: String, Sendable {
        /// The one in the path must be among them.
        case path
        /// The one in the path, and the other one that the query or the body names.
        case pathAndOther
        /// That of each object which is read or written.
        case object
        /// What is in others is left out.
        case listed
        /// That of the question's subject.
        case subject
        /// Those that the policy rule lists; for a rule that lists none, all.
        case rule
        /// Those of the key that is made or ended.
        case key
        /// All must be among them.
        case all
        /// They are not looked at.
        case none
    }

    /// What the workflows of a credential do to a request.
    enum WorkflowReach: String, Sendable {
        /// Whoever calls must be one that acts as the workflow.
        case caller
        /// Who is a runtime and nothing else asks about its own workflows only.
        case runtime
        /// To who is a runtime and nothing else, others are left out.
        case listed
        /// The key that is made can't act as others.
        case key
        /// They are not looked at.
        case none
    }

    /// Where the tenant is named.
    var tenantReach: TenantReach {
        if path.parameters.contains("tenant") { return .path }
        switch access {
        case .anyone, .signature: return .none
        case .action(let action): return action == .evaluate ? .subject : .none
        case .tenantAction: return query.contains("tenant") ? .query : .objects
        }
    }

    /// Who may ask, as the OpenAPI document tells it; nil where anybody may.
    var accessJSON: JSONObject? {
        let action: Action
        switch access {
        case .anyone, .signature: return nil
        case .action(let named), .tenantAction(let named): action = named
        }
        let roles = Role.allCases.filter { RoleTable.allows($0, action) }
        return [
            "roles": .array(roles.map { .string($0.rawValue) }),
            "tenant": .string(tenantReach.rawValue),
            "environments": .string(environments.rawValue),
            "workflows": .string(workflows.rawValue),
        ]
    }
}
