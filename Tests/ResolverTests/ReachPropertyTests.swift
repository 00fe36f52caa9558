import Model
import Policy
import Resolver
import Testing

/// What can be reached, asked from the other side, is what all questions together say.
@Suite struct ReachPropertyTests {
    /// A permitted candidate: who may use what, by which binding.
    private struct Grant: Hashable {
        let workflow: String
        let capability: String
        let operation: String?
        let slot: String
        let connection: String
        let binding: Int
    }

    /// Worlds by chance.
    private func forEachWorld(
        _ part: UInt64,
        _ body: (BindingTable, Comment) throws -> Void
    ) throws {
        for seed in (part * 20)..<(part * 20 + 20) {
            var random = RandomWorld(seed: seed)
            try body(try random.next().table(), "seed \(seed)")
        }
    }

    /// Every name of up to four letters that patterns tell apart, and those that are known.
    private static let names: [WorkflowName] = {
        var names = RandomWorld.workflows + ["checks", "z"]
        var last = [""]
        for _ in 0..<4 {
            last = last.flatMap { start in ["a", "b", "c"].map { start + $0 } }
            names += last
        }
        return Set(names).sorted().compactMap { WorkflowName($0) }
    }()

    @Test(arguments: 0..<30) func `a workflow's reach is its forward answers`(
        _ part: UInt64
    ) throws {
        try forEachWorld(part) { table, seed in
            for workflow in Set(table.workflowNames).union(Self.names.prefix(20)) {
                let reverse = table.reach(of: workflow)
                    .map { entry in
                        [
                            entry.capability.text, entry.operation?.text, entry.slot.text,
                            entry.connection.text, entry.outcome.rawValue,
                        ]
                    }
                let forward = table.capabilities.flatMap { capability in
                    (table.resolve(capability: capability, workflow: workflow)?.candidates ?? [])
                        .filter(\.isPermitted)
                        .map { candidate in
                            [
                                capability.text, candidate.operation?.text, candidate.slot.text,
                                candidate.connectionID.text, candidate.outcome.rawValue,
                            ]
                        }
                }
                #expect(reverse == forward, seed)
            }
        }
    }

    @Test(arguments: 0..<30) func `an operation's reach is what it says of each known workflow`(
        _ part: UInt64
    ) throws {
        try forEachWorld(part) { table, seed in
            let grants = Self.grants(table)
            for operation in table.operationIDs {
                let entries = table.reach(of: operation)
                let indices = entries.map(\.binding.bindingIndex)
                #expect(indices == indices.sorted() && Set(indices).count == indices.count, seed)
                var told: Set<Grant> = []
                for entry in entries {
                    #expect(entry.binding.operations == [operation] && !entry.permittedIsCut, seed)
                    let admitting = grants.filter {
                        $0.binding == entry.binding.bindingIndex && $0.operation == operation.text
                    }
                    let names = Set(admitting.map(\.workflow))
                    let known = table.workflowNames.filter { names.contains($0.text) }
                    // Names outside the list of a scope that has names alone are not admitted by it.
                    #expect(entry.permitted == known, seed)
                    told.formUnion(admitting)
                }
                #expect(told == grants.filter { $0.operation == operation.text }, seed)
            }
        }
    }

    /// Whatever some workflow is permitted is told; and of scopes that list names nothing else is.
    @Test(arguments: 0..<30) func `a connection's reach leaves out what is nobody's`(
        _ part: UInt64
    ) throws {
        try forEachWorld(part) { table, seed in
            let grants = Self.grants(table)
            for connection in table.connectionIDs {
                let entries = table.reach(of: connection)
                let told = Dictionary(
                    uniqueKeysWithValues: entries.map { ($0.bindingIndex, $0) }
                )
                for index in table.bindings(to: connection) {
                    let permitted = Set(
                        grants.filter { $0.binding == index }.map(\.capability)
                    )
                    let capabilities = Set((told[index]?.capabilities ?? []).map(\.text))
                    #expect(permitted.isSubset(of: capabilities), seed)
                    guard !table.admitsUnlisted(index) else { continue }
                    #expect(capabilities == permitted, seed)
                }
            }
        }
    }

    /// A rule that keeps an admitted workflow out is among those that narrow the entry.
    @Test(arguments: 0..<30) func `who is kept out is kept out by a rule that is told`(
        _ part: UInt64
    ) throws {
        try forEachWorld(part) { table, seed in
            for connection in table.connectionIDs {
                for entry in table.reach(of: connection) {
                    let narrowing = Set(entry.narrowing.map { "\($0.id.text) \($0.effect)" })
                    for name in Self.names {
                        for capability in entry.capabilities {
                            let found = table.resolve(capability: capability, workflow: name)
                            let candidate = found?.candidates
                                .first {
                                    $0.bindingIndex == entry.bindingIndex
                                        && $0.slot == entry.slot
                                }
                            guard let candidate, !candidate.isPermitted,
                                candidate.reasons.allSatisfy({
                                    [.forbiddenByPolicy, .notPermittedByPolicy].contains($0)
                                })
                            else { continue }
                            let denying = candidate.notes.filter { $0.part != .admits }
                            let told = denying.filter {
                                narrowing.contains("\($0.id.text) \($0.effect)")
                            }
                            #expect(!told.isEmpty, seed)
                        }
                    }
                }
            }
        }
    }

    private static func grants(_ table: BindingTable) -> Set<Grant> {
        var grants: Set<Grant> = []
        for workflow in Set(names).union(table.workflowNames) {
            for capability in table.capabilities {
                let found = table.resolve(capability: capability, workflow: workflow)
                for candidate in found?.candidates ?? [] where candidate.isPermitted {
                    grants.insert(
                        Grant(
                            workflow: workflow.text,
                            capability: capability.text,
                            operation: candidate.operation?.text,
                            slot: candidate.slot.text,
                            connection: candidate.connectionID.text,
                            binding: candidate.bindingIndex
                        )
                    )
                }
            }
        }
        return grants
    }
}
