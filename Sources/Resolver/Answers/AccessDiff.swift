public import JSON
public import Model

/// A workflow and capability that another connection serves than before (API section 5).
public struct AccessChange: Sendable, Hashable {
    /// The workflow.
    public let workflow: WorkflowName
    /// The capability.
    public let capability: CapabilityKey
    /// Who served it; nil for nobody.
    public let before: ConnectionID?
    /// Who serves it now; nil for nobody.
    public let after: ConnectionID?

    /// The change as the API writes it.
    public var json: JSONValue {
        .object([
            "workflow": .string(workflow.text), "capability": .string(capability.text),
            "before": before.map { .string($0.text) } ?? .null,
            "after": after.map { .string($0.text) } ?? .null,
        ])
    }
}

/// What a change of config means for who may use what.
public enum AccessDiff {
    /// The most changes told; later ones are left out.
    public static let changeCountMax = 10_000
    /// The most candidates looked at, which bounds the time; later workflows are left out.
    public static let candidateCountMax = 2_000_000
    /// The most patterns that are looked at for a workflow of their own.
    static let patternCountMax = 1_000

    /// The workflows and capabilities whose winner changes; a missing table serves nothing.
    ///
    /// Looked at are the blueprints' workflows and the names that the scopes write. A pattern that
    /// admits none of these is represented by its text without stars, which it admits where that is a
    /// name: a change of access for workflows that nobody has named yet must not go unseen.
    public static func entries(before: BindingTable?, after: BindingTable?) -> [AccessChange] {
        let workflows = workflows(of: [before, after].compactMap { $0 })
        let old = before?.capabilities ?? []
        let known = Set(old)
        let capabilities = old + (after?.capabilities ?? []).filter { !known.contains($0) }
        var changes: [AccessChange] = []
        let costs = capabilities.map { cost(before, $0) + cost(after, $0) }
        var candidatesLeft = candidateCountMax
        for workflow in workflows {
            for (capability, cost) in zip(capabilities, costs) {
                candidatesLeft -= cost
                guard candidatesLeft >= 0, changes.count < changeCountMax else { return changes }
                let left = winner(before, capability, workflow)
                let right = winner(after, capability, workflow)
                guard left != right else { continue }
                changes.append(
                    AccessChange(
                        workflow: workflow,
                        capability: capability,
                        before: left,
                        after: right
                    )
                )
            }
        }
        return changes
    }

    /// How many candidates a decision looks at, and some for the decision itself.
    private static func cost(_ table: BindingTable?, _ capability: CapabilityKey) -> Int {
        guard let table else { return 0 }
        return (table.seats[capability] ?? [])
            .reduce(4) { $0 + table.slots[$1.slot].index.scanCount }
    }

    private static func winner(
        _ table: BindingTable?,
        _ capability: CapabilityKey,
        _ workflow: WorkflowName
    ) -> ConnectionID? {
        table?.resolve(capability: capability, workflow: workflow, listing: .admitted)?
            .winner?
            .connectionID
    }

    /// The workflows looked at, each once: those of the blueprints first, then as written.
    static func workflows(of tables: [BindingTable]) -> [WorkflowName] {
        var names: [WorkflowName] = []
        var seen: Set<WorkflowName> = []
        func note(_ name: WorkflowName) {
            if seen.insert(name).inserted { names.append(name) }
        }
        for table in tables { table.blueprint.workflows.forEach(note) }
        var patterns: [Pattern] = []
        for table in tables {
            for pattern in table.config.bindings.flatMap({ $0.scope.workflows ?? [] }) {
                if let name = pattern.isExact ? WorkflowName(pattern.text) : nil {
                    note(name)
                } else {
                    patterns.append(pattern)
                }
            }
        }
        for pattern in Set(patterns).sorted(by: { $0.text < $1.text })
            .prefix(patternCountMax)
        {
            guard !names.contains(where: { pattern.matches($0.text) }) else { continue }
            if let name = WorkflowName(pattern.text.filter { $0 != "*" }) { note(name) }
        }
        return names
    }
}
