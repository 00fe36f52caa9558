import Model
import Resolver
import Testing

/// What can be reached, asked from the other side, is what all questions together say.
@Suite struct ReachPropertyTests {
    /// A permitted candidate: who may use what, by which connection.
    private struct Grant: Hashable {
        let workflow: String
        let capability: String
        let operation: String?
        let slot: String
        let connection: String
    }

    @Test(arguments: 0..<30) func `reverse answers are the forward ones`(_ part: UInt64) throws {
        for seed in (part * 20)..<(part * 20 + 20) {
            var random = RandomWorld(seed: seed)
            let table = try random.next().table()
            let known = Set(table.workflowNames)
                .union(
                    RandomWorld.workflows.compactMap { WorkflowName($0) }
                )
            var forward: Set<Grant> = []
            for workflow in known {
                let reverse = Set(table.reach(of: workflow).map { Self.grant($0, workflow) })
                let asked = Set(Self.forward(table, workflow))
                #expect(reverse == asked, "seed \(seed) \(workflow.text)")
                forward.formUnion(asked)
            }
            for operation in table.operationIDs {
                for entry in table.reach(of: operation) {
                    for workflow in table.workflowNames {
                        let isPermitted = forward.contains { grant in
                            grant.workflow == workflow.text && grant.operation == operation.text
                                && grant.slot == entry.binding.slot.text
                                && grant.connection == entry.connection.text
                        }
                        // Another binding of the slot to the same connection may permit it.
                        if entry.permitted.contains(workflow) {
                            #expect(isPermitted, "seed \(seed) \(operation.text) \(workflow.text)")
                        }
                    }
                }
                let told = Set(table.reach(of: operation).flatMap(\.permitted).map(\.text))
                let wanted = Set(
                    forward.filter { grant in
                        grant.operation == operation.text
                            && table.workflowNames.contains { $0.text == grant.workflow }
                    }
                    .map(\.workflow)
                )
                #expect(told == wanted, "seed \(seed) \(operation.text)")
            }
            try Self.checkConnections(table, forward, seed)
        }
    }

    /// Every grant is by a connection of which it is told.
    private static func checkConnections(
        _ table: BindingTable,
        _ forward: Set<Grant>,
        _ seed: UInt64
    ) throws {
        for grant in forward {
            let id = try #require(ConnectionID(grant.connection))
            let isTold = table.reach(of: id)
                .contains { reach in
                    reach.slot.text == grant.slot
                        && reach.capabilities.contains { $0.text == grant.capability }
                        && (reach.workflows.map { list in
                            list.contains { $0.matches(grant.workflow) }
                        } ?? true)
                }
            #expect(isTold, "seed \(seed) \(grant)")
        }
    }

    private static func grant(_ reach: WorkflowReach, _ workflow: WorkflowName) -> Grant {
        Grant(
            workflow: workflow.text,
            capability: reach.capability.text,
            operation: reach.operation?.text,
            slot: reach.slot.text,
            connection: reach.connection.text
        )
    }

    private static func forward(_ table: BindingTable, _ workflow: WorkflowName) -> [Grant] {
        table.capabilities.flatMap { capability -> [Grant] in
            let found = table.resolve(capability: capability, workflow: workflow)
            return (found?.candidates ?? []).filter(\.isPermitted)
                .map { candidate in
                    Grant(
                        workflow: workflow.text,
                        capability: capability.text,
                        operation: candidate.operation?.text,
                        slot: candidate.slot.text,
                        connection: candidate.connectionID.text
                    )
                }
        }
    }
}
