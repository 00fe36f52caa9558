import Ledger
import Model
import Policy
import Synchronization

/// The attribute rules of tenants, compiled: made when first asked for, and again when something of
/// the tenant or of the catalog has changed.
final class AttributeTables: Sendable {
    /// The most tenants kept; beyond, all are made again.
    static let tenantCountMax = 10_000

    /// The rules of one level, and the generation of the values that they were compiled from.
    private struct Entry {
        let generation: UInt64
        let rules: AttributeRules
    }

    private let platform = Mutex<Entry?>(nil)
    private let tenants = Mutex<[TenantID: Entry]>([:])

    /// The rules in force for the tenant.
    func policies(of scope: TenantScope, _ state: State) -> AttributePolicies {
        AttributePolicies(platform: platformRules(state.catalog), tenant: rules(scope.read(state)))
    }

    private func platformRules(_ catalog: Catalog) -> AttributeRules {
        let known = platform.withLock { $0 }
        if let known, known.generation == catalog.generation { return known.rules }
        let rules = AttributeRules(catalog.policyRules, .platform)
        let entry = Entry(generation: catalog.generation, rules: rules)
        platform.withLock { $0 = entry }
        return rules
    }

    private func rules(_ tenant: TenantState) -> AttributeRules {
        let known = tenants.withLock { $0[tenant.id] }
        if let known, known.generation == tenant.generation { return known.rules }
        let rules = AttributeRules(tenant.policyRules, .tenant)
        let entry = Entry(generation: tenant.generation, rules: rules)
        tenants.withLock { tenants in
            if tenants.count >= Self.tenantCountMax { tenants = [:] }
            tenants[tenant.id] = entry
        }
        return rules
    }
}
