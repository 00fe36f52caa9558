import Ledger
import Model
import Resolver

/// A change of a rule as far as it can be judged before there is a call, and which live configs it
/// can concern.
struct RuleChange {
    /// The rule before and after, where it is in force; none when it says what it said.
    let rules: [PolicyRule]
    /// Whether it also changes calls by their circumstances, which nobody knows beforehand.
    let dependsOnCalls: Bool

    init(from old: PolicyRule?, to new: PolicyRule?) {
        let both = [old, new].map { $0.flatMap { $0.isEnabled ? $0 : nil } }
        let isSame =
            both[0]?.effect == both[1]?.effect && both[0]?.match == both[1]?.match
            && both[0]?.clause == both[1]?.clause
        let changed = isSame ? [] : both.compactMap { $0 }.filter(\.isAboutCalls)
        dependsOnCalls = changed.contains { $0.clause?.isKnownBeforehand == false }
        rules = changed.filter { $0.clause?.isKnownBeforehand != false }
    }

    /// Whether it can be about calls in the environment.
    func mayConcern(_ environment: EnvironmentName) -> Bool {
        rules.contains {
            $0.match.environments.isEmpty || $0.match.environments.contains(environment)
        }
    }

    /// Whether it can be about a call of the config; found without compiling it, so that a rule
    /// about one tenant's connection is found among the configs of all.
    ///
    /// Operations are not looked at: which one a binding serves is what compiling finds out.
    func mayConcern(
        _ config: TenantAppConfig,
        of tenant: TenantState,
        _ catalog: Catalog,
        _ budget: WorkBudget
    ) -> Bool {
        let rules = rules.filter {
            $0.match.environments.isEmpty || $0.match.environments.contains(config.environment)
        }
        return config.bindings.contains { binding in
            // Without its connection a binding serves no call.
            guard !budget.isUsedUp, let connection = tenant.connections[binding.connection]?.value
            else { return false }
            var stepCount = Self.bindingStepCount
            defer { budget.spend(stepCount) }
            return rules.contains {
                $0.mayConcern(binding, connection, catalog, stepCount: &stepCount)
            }
        }
    }

    /// What finding a binding's connection and spec is taken to cost, in steps.
    private static let bindingStepCount = 100
}

extension PolicyRule {
    /// The names and patterns of workflows that it writes.
    var workflows: [Pattern] { match.workflows + (clause?.workflows ?? []) }

    /// Whether it has a say in calls of workflows; other rules over attributes decide questions
    /// about entities alone.
    var isAboutCalls: Bool { clause?.isOverCalls ?? true }

    fileprivate func mayConcern(
        _ binding: Binding,
        _ connection: Connection,
        _ catalog: Catalog,
        stepCount: inout Int
    ) -> Bool {
        func admits(_ patterns: [Pattern], _ name: String) -> Bool {
            patterns.isEmpty || patterns.contains { $0.matches(name, stepCount: &stepCount) }
        }
        func admits<Name: Equatable>(_ names: [Name], _ name: Name?) -> Bool {
            stepCount += names.count
            return names.isEmpty || name.map { names.contains($0) } ?? false
        }
        return admits(match.ownershipModes, connection.mode)
            && admits(match.slots, binding.slot.text)
            && admits(match.connections, connection.id.text)
            && admits(match.integrations, connection.spec.key.text)
            && admits(match.categories, catalog.specs[connection.spec]?.value.category)
    }
}
