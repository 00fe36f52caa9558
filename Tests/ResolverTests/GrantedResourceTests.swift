import Model
import Resolver
import Testing

/// What AuthZEN asks of a table, against what the table explains.
@Suite struct GrantedResourceTests {
    private static let operations = [
        "payments.stripe.createPaymentIntent", "payments.stripe.createRefund",
        "payments.adyen.createPaymentIntent", "payments.adyen.createRefund", "payments.none.pay",
    ]

    @Test func `a grant is what the candidates say`() throws {
        var permittedCount = 0
        for seed in ResolverPropertyTests.seeds {
            var maker = RandomWorld(seed: seed)
            let table = try maker.next().table()
            for name in RandomWorld.workflows + ["zzz"] {
                let workflow = try #require(WorkflowName(name))
                for text in Self.operations {
                    let operation = try #require(OperationID(text))
                    permittedCount += try compare(table, workflow, operation, "seed \(seed)")
                }
            }
        }
        #expect(permittedCount > 1000)
    }

    private func compare(
        _ table: BindingTable,
        _ workflow: WorkflowName,
        _ operation: OperationID,
        _ seed: Comment
    ) throws -> Int {
        let whole = table.resolve(operation: operation, workflow: workflow)
        let permitted = whole.candidates.filter { $0.outcome != .dropped }
        var stepCount = 0
        var count = 0
        func ask(_ resource: GrantedResource) -> Bool {
            let before = stepCount
            let answer = table.permits(workflow, operation, on: resource, stepCount: &stepCount)
            #expect(stepCount > before, "every question counts")
            count += answer ? 1 : 0
            return answer
        }
        let found = table.permitted(workflow, operation, stepCount: &stepCount)
        for id in table.connectionIDs {
            let isPermitted = permitted.contains { $0.connectionID == id }
            #expect(ask(.connection(id)) == isPermitted, seed)
            #expect(found.connections.contains(id) == isPermitted, seed)
        }
        for slot in table.blueprint.slots {
            let isPermitted = permitted.contains { $0.slot == slot.id }
            #expect(ask(.slot(slot.id)) == isPermitted, seed)
            #expect(found.slots.contains(slot.id) == isPermitted, seed)
        }
        for key in table.capabilities {
            let candidates = try #require(table.resolve(capability: key, workflow: workflow))
                .candidates
            let isPermitted = candidates.contains {
                $0.outcome != .dropped && $0.operation == operation
            }
            #expect(ask(.capability(key)) == isPermitted, seed)
        }
        let nowhere = try #require(CapabilityKey("nobody.requires"))
        #expect(!ask(.capability(nowhere)))
        if count > 0 { #expect(table.operationIDs.contains(operation), seed) }
        return count
    }

    @Test func `workflows are the aliases and the exact names in scopes, patterns are none`() throws
    {
        var world = try World.seed()
        world.workflows = ["checkout", "refund"]
        world.bindings = [
            World.binding("conn_a", workflows: ["agent-*", "back-office", "checkout"]),
            World.binding("conn_b", workflows: nil),
        ]
        let table = try world.table()
        #expect(table.workflowNames.map(\.text) == ["back-office", "checkout", "refund"])
        #expect(table.workflowEntryCount == 5)
    }
}
