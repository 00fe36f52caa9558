import JSON
import Ledger
import Model
import Policy

extension ChangeRehearsal {
    /// Pauses, resumes or revokes a connection in memory, by the table and the rights of the real move.
    mutating func planMove(
        _ move: MoveConnection.Move,
        _ body: JSONValue
    ) throws(CommandError) -> Planned {
        let scope = owned()
        try authorize(.connectionsWrite, scope.tenant)
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: ["meta"])
        reader.require("meta")
        let id = reader.nested("meta", members: ["id"])?
            .requiredIdentifier("id", as: ConnectionID.self)
        guard let id, !issues.hasErrors else { throw .invalid(issues.issues) }
        try note(.connection, scope.tenant, id.text)
        let step = MoveConnection(scope: scope, id: id, move: move, body: nil)
        let plan = try step.plan(nil, state, stamp, context)
        let environment = scope.read(state).connections[id]?.value.environment
        return Planned(id: id.text, environment: environment, plan: plan)
    }
}
