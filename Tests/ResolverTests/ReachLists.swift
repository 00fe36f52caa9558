import Model
import Resolver

/// The whole lists of a table, where a server makes them page by page.
extension BindingTable {
    func reach(of connection: ConnectionID) -> [ConnectionReach] {
        var stepCount = 0
        return bindings(to: connection).compactMap { reach(through: $0, stepCount: &stepCount) }
    }

    func reach(of operation: OperationID) -> [OperationReach] {
        var stepCount = 0
        return bindings(serving: operation)
            .compactMap { index in
                reach(
                    through: index,
                    serving: operation,
                    known: admitsUnlisted(index) ? workflowNames : [],
                    stepCount: &stepCount
                )
            }
    }

    func reach(of workflow: WorkflowName) -> [WorkflowReach] {
        var stepCount = 0
        return capabilities.flatMap { reach(of: workflow, $0, stepCount: &stepCount).map(\.reach) }
    }
}
