import Audit
import Commands
import HTTPWire
import Policy

extension Routes {
    private static let path = "/v1/tenants/{tenant}/connections"

    static let connections: [Route] =
        [
            Route(
                .get,
                path,
                "listConnections",
                "Lists a tenant's connections.",
                access: .action(.connectionsRead),
                environments: .listed,
                query: [
                    "status", "environment", "category", "integrationKey", "ownershipMode",
                    "health",
                ],
                answer: .page("IntegrationConnection"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    var filters = ListConnections.Filters()
                    filters.status = call.query["status"]
                    filters.environment = call.query["environment"]
                    filters.category = call.query["category"]
                    filters.integrationKey = call.query["integrationKey"]
                    filters.ownershipMode = call.query["ownershipMode"]
                    filters.health = call.query["health"]
                    let page = try call.page()
                    return try ListConnections(scope: call.tenant, filters: filters, page: page)
                        .run(call.context)
                }
            ),
            Route(
                .post,
                path,
                "createConnection",
                "Makes a connection.",
                access: .action(.connectionsWrite),
                environments: .object,
                body: .json("IntegrationConnection"),
                answer: .created("IntegrationConnection"),
                audit: .change("connection.create"),
                run: .later { call async throws(CommandError) in
                    try await CreateConnection(scope: call.tenant, body: call.json)
                        .run(call.context)
                }
            ),
            Route(
                .get,
                path + "/{id}",
                "getConnection",
                "Answers a connection with its health.",
                access: .action(.connectionsRead),
                environments: .object,
                answer: .object("IntegrationConnection"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try GetConnection(scope: call.tenant, id: call.name("id")).run(call.context)
                }
            ),
            Route(
                .put,
                path + "/{id}",
                "putConnection",
                "Makes or replaces a connection.",
                access: .action(.connectionsWrite),
                environments: .object,
                body: .json("IntegrationConnection"),
                answer: .created("IntegrationConnection"),
                audit: .change("connection.put"),
                run: .later { call async throws(CommandError) in
                    try await PutConnection(
                        scope: call.tenant,
                        id: call.name("id"),
                        body: call.json
                    )
                    .run(call.context)
                }
            ),
            Route(
                .patch,
                path + "/{id}",
                "patchConnection",
                "Changes members of a connection (RFC 7396).",
                access: .action(.connectionsWrite),
                environments: .object,
                body: .mergePatch("IntegrationConnection"),
                answer: .object("IntegrationConnection"),
                audit: .change("connection.patch"),
                run: .later { call async throws(CommandError) in
                    try await PatchConnection(
                        scope: call.tenant,
                        id: call.name("id"),
                        patch: call.json
                    )
                    .run(call.context)
                }
            ),
            Route(
                .delete,
                path + "/{id}",
                "deleteConnection",
                "Removes a connection that no live config binds.",
                access: .action(.connectionsWrite),
                environments: .object,
                answer: .nothing,
                audit: .change("connection.delete"),
                run: .later { call async throws(CommandError) in
                    try await DeleteConnection(scope: call.tenant, id: call.name("id"))
                        .run(call.context)
                }
            ),
            Route(
                .get,
                path + "/{id}/health",
                "getConnectionHealth",
                "Answers what the last health checks found.",
                access: .action(.healthRead),
                environments: .object,
                answer: .object("ConnectionHealth"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try GetConnectionHealth(scope: call.tenant, id: call.name("id"))
                        .run(call.context)
                }
            ),
            Route(
                .get,
                path + "/{id}/usage",
                "getConnectionUsage",
                "Answers requests, errors, limits and the breaker's state.",
                access: .action(.usageRead),
                environments: .object,
                answer: .object("ConnectionUsage"),
                audit: .nothing(.reads),
                run: .later { call async throws(CommandError) in
                    try await GetConnectionUsage(scope: call.tenant, id: call.name("id"))
                        .run(call.context)
                }
            ),
            Route(
                .get,
                path + "/{id}/reach",
                "getConnectionReach",
                "Lists who can reach a connection in the live configs.",
                access: .action(.connectionsRead),
                environments: .object,
                answer: .page("ConnectionReach"),
                audit: .nothing(.reads),
                run: .later { call async throws(CommandError) in
                    try GetConnectionReach(
                        scope: call.tenant,
                        id: call.name("id"),
                        page: call.page()
                    )
                    .run(call.context)
                }
            ),
            Route(
                .post,
                path + "/{id}/test",
                "testConnection",
                "Runs the health check now.",
                access: .action(.connectionsTest),
                environments: .object,
                body: .optionalJSON("Reason"),
                answer: .object("IntegrationConnection"),
                audit: .records(.health, ["connection.check"]),
                run: .later { call async throws(CommandError) in
                    try await TestConnection(
                        scope: call.tenant,
                        id: call.name("id"),
                        body: call.body
                    )
                    .run(call.context)
                }
            ),
            Route(
                .post,
                path + "/{id}/rotate",
                "rotateConnection",
                "Health-checks a new secret, and takes it over when it works.",
                access: .action(.connectionsWrite),
                environments: .object,
                body: .json("Rotation"),
                answer: .object("IntegrationConnection"),
                audit: .change("connection.rotate"),
                run: .later { call async throws(CommandError) in
                    try await RotateConnection(
                        scope: call.tenant,
                        id: call.name("id"),
                        body: call.json
                    )
                    .run(call.context)
                }
            ),
        ] + MoveConnection.Move.allCases.map(moveRoute)

    private static func moveRoute(_ move: MoveConnection.Move) -> Route {
        let summary =
            switch move {
            case .pause: "Takes a connection out of service for a while."
            case .resume: "Puts a draft or paused connection into service."
            case .revoke: "Takes a connection out of service for good."
            }
        return Route(
            .post,
            "\(path)/{id}/\(move.rawValue)",
            "\(move.rawValue)Connection",
            summary,
            access: .action(.connectionsWrite),
            environments: .object,
            body: .optionalJSON("Reason"),
            answer: .object("IntegrationConnection"),
            audit: .change("connection.\(move.rawValue)"),
            run: .later { call async throws(CommandError) in
                try await MoveConnection(
                    scope: call.tenant,
                    id: call.name("id"),
                    move: move,
                    body: call.body
                )
                .run(call.context)
            }
        )
    }
}
