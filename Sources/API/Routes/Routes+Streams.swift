import Commands
import HTTPWire
import Policy

extension Routes {
    /// Answers without a bound on their length, written as fast as they are read.
    static let streams: [Route] = [
        Route(
            .get,
            "/v1/events",
            "watchEvents",
            "Follows every change as Server-Sent Events.",
            access: .tenantAction(.eventsRead),
            environments: .listed,
            query: ["tenant", "from", "kind"],
            answer: .text("text/event-stream"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await WatchEvents(
                    scope: call.scope,
                    from: call.query["from"],
                    kinds: call.query["kind"],
                    lastEventID: call.lastEventID
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            "/v1/apply",
            "applySet",
            "Brings a set of objects about, all of them or none.",
            access: .tenantAction(.apply),
            environments: .object,
            query: ["prune", "label", "values"],
            body: .jsonOrLines("Set"),
            answer: .object("SetResult"),
            audit: .change(
                "spec.apply",
                "spec.delete",
                "blueprint.apply",
                "blueprint.delete",
                "connection.apply",
                "connection.delete",
                "config.apply",
                "changeRequest.apply",
                "changeRequest.cancel",
                "config.archive",
                "entity.apply",
                "entity.delete",
                "policy.apply",
                "policy.delete"
            ),
            run: .later { call async throws(CommandError) in
                try await ApplySet(
                    body: call.json,
                    form: call.bodyIsLines ? .lines : .document,
                    pruning: ApplySet.Pruning(
                        prunes: call.query.bool("prune"),
                        label: call.query["label"]
                    ),
                    showsValues: call.query.bool("values")
                )
                .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/export",
            "exportObjects",
            "Writes out all that apply takes, at one revision, an object a line.",
            access: .tenantAction(.export),
            environments: .listed,
            query: ["tenant"],
            answer: .text("application/x-ndjson"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try ExportObjects(scope: call.scope).run(call.context)
            }
        ),
    ]
}
