import JSON
import Ledger
import Model

// What a run comes to when all of its members were applied.
extension SetRun {
    /// The plan of all of it.
    ///
    /// - Throws: `LIMIT_EXCEEDED` when it would change too many objects.
    func plan(showsValues: Bool) throws(CommandError) -> Ledger.Plan<Written> {
        let moving = parts.filter { $0.action != .unchanged }
        guard moving.count <= ApplySet.objectCountMax else {
            throw CommandError(
                .invalid,
                "LIMIT_EXCEEDED",
                "The set would change \(moving.count) objects; at most "
                    + "\(ApplySet.objectCountMax) change at once."
            )
        }
        let isKept = !context.isDryRun && !changes.isEmpty
        var summary: JSONObject = [:]
        for action in SetChange.Action.allCases {
            summary[action.rawValue] = .integer(Int64(parts.count { $0.action == action }))
        }
        // What is rare is told where there is some.
        let rare = [
            ("blocked", parts.count { $0.obstacle != nil }),
            ("drifted", parts.count { $0.drift != nil }),
        ]
        for (name, count) in rare where count > 0 { summary[name] = .integer(Int64(count)) }
        let head: JSONObject = [
            "dryRun": .bool(context.isDryRun),
            "revision": .integer(Int64(isKept ? stamp.revision : stamp.revision - 1)),
            "summary": .object(summary),
        ]
        let invalidated = invalidated
        var written = Written()
        written.parts = moving.map { WrittenPart(subject: $0.subject, written: $0.written) }
        // Comparing thousands of objects is not done while other writers wait.
        written.makeBody = { [parts] in
            var answer = head
            answer["changes"] = .array(parts.map { $0.json(showsValues: showsValues) })
            invalidated.write(into: &answer)
            return .object(answer)
        }
        return Ledger.Plan(changes, answer: written)
    }

    /// The live configs that the set's connections make invalid, and that it does not mend.
    private var invalidated: InvalidatedConfigs {
        var invalidated = InvalidatedConfigs()
        var ids: [TenantID: Set<ConnectionID>] = [:]
        for part in parts where part.kind == .connection && part.action == .update {
            guard let tenant = part.tenant, let id = ConnectionID(part.id) else { continue }
            ids[tenant, default: []].insert(id)
        }
        for (tenant, ids) in ids.sorted(by: { $0.key < $1.key }) {
            guard let scope = scopes[tenant] else { continue }
            invalidated.add(ids, scope, before: before, after: rehearsal.state, context)
        }
        return invalidated
    }
}
