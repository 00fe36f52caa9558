import Model
import Resolver

/// API section 5, written down as plainly as it reads: no index, no bits, everything anew each time.
///
/// It reads the rules of policies by itself too.
struct ReferenceResolver {
    let world: World
    let config: TenantAppConfig
    let blueprint: Blueprint

    struct Row {
        let index: Int
        let connection: String
        var reasons: [String]
        let priority: Int
        let workflowRank: Int
        let operationRank: Int
        var outcome = ""

        var summary: String { ([connection, outcome] + reasons).joined(separator: " ") }
    }

    init(_ world: World) throws {
        self.world = world
        self.config = try world.config()
        self.blueprint = try world.blueprint()
    }

    func explain(_ capability: String, _ workflow: String?, open: Set<String>) -> [Row] {
        var rows: [Row] = []
        for (index, binding) in config.bindings.enumerated() {
            let slots = blueprint.slots.filter { $0.id == binding.slot }
            for slot in slots {
                for requirement in slot.capabilities where requirement.key.text == capability {
                    rows.append(row(index, binding, slot, requirement, workflow, open))
                }
            }
        }
        rows.sort {
            ($0.priority, $0.workflowRank, $0.operationRank, $0.index)
                < ($1.priority, $1.workflowRank, $1.operationRank, $1.index)
        }
        var hasWinner = false
        let soft: Set = ["CONNECTION_NOT_ACTIVE", "CONNECTION_UNHEALTHY", "CIRCUIT_OPEN"]
        for at in rows.indices {
            let isRevoked = world.connections.contains {
                $0.key.text == rows[at].connection && $0.value.connection.status == .revoked
            }
            let hard = rows[at].reasons.filter { !soft.contains($0) }
            if isRevoked || !hard.isEmpty {
                rows[at].outcome = "dropped"
            } else if !rows[at].reasons.isEmpty {
                rows[at].outcome = "unavailable"
            } else {
                rows[at].outcome = hasWinner ? "fallback" : "winner"
                hasWinner = true
            }
        }
        return rows
    }

    private func row(
        _ index: Int,
        _ binding: Binding,
        _ slot: Blueprint.Slot,
        _ requirement: CapabilityRequirement,
        _ workflow: String?,
        _ open: Set<String>
    ) -> Row {
        var reasons: [String] = []
        func drop(_ reason: String, if isTrue: Bool) { if isTrue { reasons.append(reason) } }
        let observed = world.connections[binding.connection]
        let connection = observed?.connection
        let spec = connection.flatMap { world.specs[$0.spec] }
        let provision = spec?.provision(of: requirement.key, version: requirement.version)
        drop("CONNECTION_NOT_FOUND", if: connection == nil)
        if let observed, let connection {
            drop("ENVIRONMENT_MISMATCH", if: connection.environment != config.environment)
            drop("CONNECTION_NOT_ACTIVE", if: connection.status != .active)
            drop("CONNECTION_UNHEALTHY", if: observed.health.status == .unhealthy)
            drop("SPEC_NOT_FOUND", if: spec == nil)
            drop("CATEGORY_MISMATCH", if: spec.map { $0.category != slot.category } ?? false)
            let supported = spec?.supportedModes ?? OwnershipMode.allCases
            drop("MODE_NOT_SUPPORTED", if: !supported.contains(connection.mode))
            let isOpenSlot = slot.allowedModes.isEmpty
            drop(
                "MODE_NOT_ALLOWED",
                if: !isOpenSlot && !slot.allowedModes.contains(connection.mode)
            )
            drop("CAPABILITY_NOT_PROVIDED", if: spec != nil && provision == nil)
        }
        let workflowRank = rank(workflow, binding.scope.workflows)
        drop("WORKFLOW_NOT_IN_SCOPE", if: workflowRank == Self.none)
        let operation = provision?.operation.text
        var operationRank = operation.map { rank($0, binding.scope.operations) } ?? Self.none
        if operation == nil {
            drop("OPERATION_NOT_IN_SCOPE", if: binding.scope.operations == [])
            if binding.scope.operations == nil { operationRank = Self.absent }
        } else {
            drop("OPERATION_NOT_IN_SCOPE", if: operationRank == Self.none)
        }
        if let connection, let spec, let operation {
            let call = Call(connection, spec, operation, slot.id.text, config.environment.text)
            let isForbidden = (world.platformRules + world.tenantRules)
                .contains {
                    $0.isEnabled && $0.effect == .forbid && call.matches($0.match)
                        && admits($0.match.workflows, workflow)
                }
            drop("FORBIDDEN_BY_POLICY", if: isForbidden)
            let isShut = [world.platformRules, world.tenantRules]
                .contains { level in
                    let gates = level.filter {
                        $0.isEnabled && $0.effect == .permit && call.matches($0.match)
                    }
                    return workflow != nil && !gates.isEmpty
                        && !gates.contains { admits($0.match.workflows, workflow) }
                }
            drop("NOT_PERMITTED_BY_POLICY", if: isShut)
        }
        drop("CIRCUIT_OPEN", if: connection != nil && open.contains(binding.connection.text))
        return Row(
            index: index,
            connection: binding.connection.text,
            reasons: reasons,
            priority: binding.priority ?? .max,
            workflowRank: workflowRank,
            operationRank: operationRank
        )
    }

    private static let absent = 10_000
    private static let none = 20_000

    /// 0 for an exact entry, less than 10,000 for a pattern, by the closest entry that matches.
    private func rank(_ name: String?, _ list: [Pattern]?) -> Int {
        guard let list else { return Self.absent }
        let ranks = list.filter { pattern in name.map { pattern.matches($0) } ?? true }
            .map { $0.isExact ? 0 : 1_000 - $0.literalPrefixLength }
        return ranks.min() ?? Self.none
    }

    private func admits(_ patterns: [Pattern], _ workflow: String?) -> Bool {
        guard let workflow else { return patterns.isEmpty }
        return patterns.isEmpty || patterns.contains { $0.matches(workflow) }
    }

    /// A call, and whether the lists of a rule but `workflows` match it.
    private struct Call {
        let connection: Connection
        let spec: IntegrationSpec
        let operation: String
        let slot: String
        let environment: String

        init(
            _ connection: Connection,
            _ spec: IntegrationSpec,
            _ operation: String,
            _ slot: String,
            _ environment: String
        ) {
            self.connection = connection
            self.spec = spec
            self.operation = operation
            self.slot = slot
            self.environment = environment
        }

        func matches(_ match: PolicyRule.Match) -> Bool {
            func some(_ patterns: [Pattern], _ name: String) -> Bool {
                patterns.isEmpty || patterns.contains { $0.matches(name) }
            }
            return some(match.operations, operation) && some(match.slots, slot)
                && some(match.integrations, spec.id.key.text)
                && some(match.connections, connection.id.text)
                && (match.categories.isEmpty || match.categories.contains(spec.category))
                && (match.environments.isEmpty
                    || match.environments.contains { $0.text == environment })
                && (match.ownershipModes.isEmpty || match.ownershipModes.contains(connection.mode))
        }
    }
}
