import Model

/// What is looked for, in the words of the index.
struct IndexQuery: Sendable {
    /// A record has a term of each group.
    let terms: [[IndexTerm]]
    /// The times it must be within.
    let filter: AuditFilter
    /// Whether the oldest come first.
    let isOldestFirst: Bool

    /// A query for what the filter lets pass of a tenant's records; nil for those of the platform.
    init(tenant: TenantID?, filter: AuditFilter, isOldestFirst: Bool = false) {
        self.filter = filter
        self.isOldestFirst = isOldestFirst
        var groups: [[IndexTerm]] = []
        // The member that is likeliest to leave nothing comes first.
        let values: [(IndexTerm.Member, String?)] = [
            (.connection, filter.connection), (.actor, filter.actor),
            (.operation, filter.operation), (.workflow, filter.workflow),
            (.blueprint, filter.blueprint), (.environment, filter.environment),
            (.outcome, filter.outcome?.rawValue), (.kind, filter.kind?.rawValue),
        ]
        for (member, value) in values {
            guard let value else { continue }
            groups.append([IndexTerm(tenant: tenant, member, value)])
        }
        if let environments = filter.environments {
            let names = [""] + environments.map(\.text)
            groups.append(names.map { IndexTerm(tenant: tenant, .environment, $0) })
        }
        terms = groups.isEmpty ? [[IndexTerm(tenant: tenant)]] : groups
    }
}
