/// What a request asks to do: every row of the route table has one (API sections 3 and 10).
public enum Action: String, Sendable, Hashable, CaseIterable {
    // What is global.
    /// Reads integration specs.
    case specsRead = "specs.read"
    /// Writes or deletes integration specs.
    case specsWrite = "specs.write"
    /// Reads blueprints.
    case blueprintsRead = "blueprints.read"
    /// Writes or deletes blueprints.
    case blueprintsWrite = "blueprints.write"
    /// Reads the platform's policies.
    case globalPoliciesRead = "globalPolicies.read"
    /// Writes the platform's policies.
    case globalPoliciesWrite = "globalPolicies.write"
    /// Reads the platform's keys.
    case globalKeysRead = "globalKeys.read"
    /// Makes and revokes the platform's keys.
    case globalKeysWrite = "globalKeys.write"
    /// Lists the tenants.
    case tenantsList = "tenants.list"
    /// Seals the secrets of all tenants under another master key.
    case secretsRotateKey = "secrets.rotateKey"
    /// Reads the server's metrics.
    case metricsRead = "metrics.read"
    /// Reads the audit records that are no tenant's.
    case auditReadPlatform = "audit.readPlatform"

    // A tenant's objects.
    /// Reads connections, and who can reach them.
    case connectionsRead = "connections.read"
    /// Writes, rotates, pauses, resumes, revokes or deletes connections.
    case connectionsWrite = "connections.write"
    /// Runs a connection's health check now.
    case connectionsTest = "connections.test"
    /// Reads the health of a connection.
    case healthRead = "health.read"
    /// Reads the usage of a connection.
    case usageRead = "usage.read"
    /// Reads configs and compares their versions.
    case configsRead = "configs.read"
    /// Writes drafts, and moves versions through their life.
    case configsWrite = "configs.write"
    /// Asks for the report of a version.
    case configsValidate = "configs.validate"
    /// Reads how many approvals the environments ask for.
    case approvalsRead = "approvals.read"
    /// Says how many approvals the environments ask for.
    case approvalsWrite = "approvals.write"
    /// Takes a config live without the approvals that its environment asks for.
    case configsBreakGlass = "configs.breakGlass"
    /// Reads change requests.
    case changeRequestsRead = "changeRequests.read"
    /// Makes, approves, rejects, schedules, applies and cancels change requests.
    case changeRequestsWrite = "changeRequests.write"
    /// Reads the transitions of a config.
    case historyRead = "history.read"
    /// Reads a tenant's policies.
    case policiesRead = "policies.read"
    /// Writes a tenant's policies.
    case policiesWrite = "policies.write"
    /// Reads a tenant's entities.
    case entitiesRead = "entities.read"
    /// Writes and removes a tenant's entities.
    case entitiesWrite = "entities.write"
    /// Reads a tenant's keys.
    case keysRead = "keys.read"
    /// Makes and revokes a tenant's keys.
    case keysWrite = "keys.write"
    /// Reads what is known of a tenant's secrets, never their values.
    case secretsRead = "secrets.read"
    /// Writes and removes a tenant's secrets.
    case secretsWrite = "secrets.write"
    /// Reads a tenant's webhooks.
    case webhooksRead = "webhooks.read"
    /// Writes a tenant's webhooks.
    case webhooksWrite = "webhooks.write"

    // Decisions and calls.
    /// Reads the resolved config.
    case resolve
    /// Asks why.
    case explain
    /// Asks what a change would do.
    case simulate
    /// Asks for an AuthZEN evaluation or search.
    case evaluate
    /// Calls a provider.
    case execute

    // The trail.
    /// Reads audit records, without the bodies of requests and responses.
    case auditRead = "audit.read"
    /// Reads the bodies in audit records as well.
    case auditReadBodies = "audit.readBodies"
    /// Walks the hash chain.
    case auditVerify = "audit.verify"
    /// Follows the changes.
    case eventsRead = "events.read"

    // Sets of objects.
    /// Writes out what `apply` takes.
    case export
    /// Applies a set of objects; each of them is judged by its own action as well.
    case apply
}

extension Action {
    /// Whether a tenant's key may ask it without naming a tenant.
    ///
    /// Specs and blueprints are for all tenants, the chain of records is one, and an evaluation
    /// names its tenant in the subject, where it is judged again.
    var isForEveryTenant: Bool {
        switch self {
        case .specsRead, .blueprintsRead, .auditVerify, .evaluate: true
        default: false
        }
    }
}
