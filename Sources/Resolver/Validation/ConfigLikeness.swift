import Model

/// What two configs of different environments have in common when one was made from the other: the
/// bindings' slots, scopes, priorities and integrations, whatever their order, but not the
/// connections, which differ, nor their settings.
struct ConfigLikeness: Equatable {
    /// The most configs that one is compared with.
    static let comparisonCountMax = 100

    private struct Part: Hashable {
        let slot: SlotID
        let scope: Scope
        let priority: Int?
        let integration: IntegrationKey?
    }

    private let counts: [Part: Int]

    /// What a config has in common with those like it; nil when the budget is exceeded.
    init?(
        _ config: TenantAppConfig,
        _ budget: WorkBudget,
        _ connection: (ConnectionID) -> ObservedConnection?
    ) {
        var counts: [Part: Int] = [:]
        for binding in config.bindings {
            guard budget.take(Self.stepCount(binding.scope)) else { return nil }
            let part = Part(
                slot: binding.slot,
                scope: binding.scope,
                priority: binding.priority,
                integration: connection(binding.connection)?.connection.spec.key
            )
            counts[part, default: 0] += 1
        }
        self.counts = counts
    }

    /// What it costs to keep a binding by its hash and to compare it, in steps.
    private static func stepCount(_ scope: Scope) -> Int {
        let size = ScopeSize(scope)
        return (4 + size.entryCount) * WorkBudget.lookupStepCount + size.byteCount
    }

    /// Whether two configs may be alike, by sizes that those alike have in common.
    static func mayEqual(_ one: TenantAppConfig, _ other: TenantAppConfig) -> Bool {
        one.bindings.count == other.bindings.count && ScopeSize(one) == ScopeSize(other)
    }
}

/// How much scopes list.
private struct ScopeSize: Equatable {
    private(set) var entryCount = 0
    private(set) var byteCount = 0

    init(_ scope: Scope) { add(scope) }

    init(_ config: TenantAppConfig) { for binding in config.bindings { add(binding.scope) } }

    private mutating func add(_ scope: Scope) {
        for list in [scope.workflows, scope.operations] {
            guard let list else { continue }
            entryCount += list.count
            for entry in list { byteCount += entry.text.utf8.count }
        }
    }
}
