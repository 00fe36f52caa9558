import Commands
import HTTPWire
import JSON
import Model
import Policy

extension Routes {
    private static let path = "/v1/tenants/{tenant}/entities"

    /// A tenant's entities, which rules with attributes know.
    static let entities: [Route] = [
        Route(
            .get,
            path,
            "listEntities",
            "Lists a tenant's entities.",
            access: .action(.entitiesRead),
            query: ["type"],
            answer: .page("Entity"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                let type = call.query["type"]
                return try ListEntities(scope: call.tenant, type: type, page: call.page())
                    .run(call.context)
            }
        ),
        Route(
            .get,
            path + "/{type}/{id}",
            "getEntity",
            "Answers an entity.",
            access: .action(.entitiesRead),
            answer: .object("Entity"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetEntity(scope: call.tenant, key: call.entityKey()).run(call.context)
            }
        ),
        Route(
            .put,
            path + "/{type}/{id}",
            "putEntity",
            "Makes or replaces an entity.",
            access: .action(.entitiesWrite),
            environments: .all,
            body: .json("Entity"),
            answer: .created("Entity"),
            audit: .change("entity.put"),
            run: .later { call async throws(CommandError) in
                let key = try call.newEntityKey()
                return try await PutEntity(scope: call.tenant, key: key, body: call.json)
                    .run(call.context)
            }
        ),
        Route(
            .delete,
            path + "/{type}/{id}",
            "deleteEntity",
            "Removes an entity.",
            access: .action(.entitiesWrite),
            environments: .all,
            answer: .nothing,
            audit: .change("entity.delete"),
            run: .later { call async throws(CommandError) in
                try await DeleteEntity(scope: call.tenant, key: call.entityKey())
                    .run(call.context)
            }
        ),
    ]
}

extension RouteCall {
    /// The entity in the path; a key that can't be one is one that does not exist.
    fileprivate func entityKey() throws(CommandError) -> EntityKey {
        guard let key = EntityKey(type: parameters["type"] ?? "", id: parameters["id"] ?? "") else {
            throw .notFound("such entity")
        }
        return key
    }

    /// The entity in the path that is to be written.
    fileprivate func newEntityKey() throws(CommandError) -> EntityKey {
        guard let key = EntityKey(type: parameters["type"] ?? "", id: parameters["id"] ?? "") else {
            throw .invalid(.invalidIdentifier, at: .root, EntityKey.words)
        }
        return key
    }
}
