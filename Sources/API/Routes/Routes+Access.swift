import Commands
import HTTPWire
import Policy

extension Routes {
    /// The platform's rules and each tenant's.
    static let policies: [Route] =
        policyRoutes(
            "/v1/policies",
            "Global",
            read: .globalPoliciesRead,
            write: .globalPoliciesWrite
        )
        + policyRoutes(
            "/v1/tenants/{tenant}/policies",
            "Tenant",
            read: .policiesRead,
            write: .policiesWrite
        )

    /// The platform's keys and each tenant's.
    static let keys: [Route] =
        keyRoutes("/v1/keys", "Global", read: .globalKeysRead, write: .globalKeysWrite)
        + keyRoutes("/v1/tenants/{tenant}/keys", "Tenant", read: .keysRead, write: .keysWrite)

    private static func policyRoutes(
        _ path: String,
        _ level: String,
        read: Action,
        write: Action
    ) -> [Route] {
        policyListRoutes(path, level, read: read, write: write)
            + policyItemRoutes(path + "/{id}", level, read: read, write: write)
    }

    private static func policyListRoutes(
        _ path: String,
        _ level: String,
        read: Action,
        write: Action
    ) -> [Route] {
        [
            Route(
                .get,
                path,
                "list\(level)Policies",
                "Lists policy rules.",
                access: .action(read),
                query: ["effect"],
                answer: .page("PolicyRule"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    let effect = call.query["effect"]
                    return try ListPolicies(owner: call.owner, effect: effect, page: call.page())
                        .run(call.context)
                }
            ),
            Route(
                .post,
                path,
                "create\(level)Policy",
                "Makes a policy rule.",
                access: .action(write),
                environments: .rule,
                body: .json("PolicyRule"),
                answer: .created("PolicyRule"),
                audit: .change("policy.create"),
                run: .later { call async throws(CommandError) in
                    try await PutPolicy(owner: call.owner, id: nil, body: call.json)
                        .run(call.context)
                }
            ),
        ]
    }

    private static func policyItemRoutes(
        _ path: String,
        _ level: String,
        read: Action,
        write: Action
    ) -> [Route] {
        [
            Route(
                .get,
                path,
                "get\(level)Policy",
                "Answers a policy rule.",
                access: .action(read),
                answer: .object("PolicyRule"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try GetPolicy(owner: call.owner, id: call.name("id")).run(call.context)
                }
            ),
            Route(
                .put,
                path,
                "put\(level)Policy",
                "Makes or replaces a policy rule.",
                access: .action(write),
                environments: .rule,
                body: .json("PolicyRule"),
                answer: .created("PolicyRule"),
                audit: .change("policy.put"),
                run: .later { call async throws(CommandError) in
                    try await PutPolicy(owner: call.owner, id: call.name("id"), body: call.json)
                        .run(call.context)
                }
            ),
            Route(
                .delete,
                path,
                "delete\(level)Policy",
                "Removes a policy rule.",
                access: .action(write),
                environments: .rule,
                answer: .nothingUnlessRehearsed("PolicyEffect"),
                audit: .change("policy.delete"),
                run: .later { call async throws(CommandError) in
                    try await DeletePolicy(owner: call.owner, id: call.name("id"))
                        .run(call.context)
                }
            ),
        ]
    }

    private static func keyRoutes(
        _ path: String,
        _ level: String,
        read: Action,
        write: Action
    ) -> [Route] {
        [
            Route(
                .get,
                path,
                "list\(level)Keys",
                "Lists API keys, without their texts.",
                access: .action(read),
                query: ["status"],
                answer: .page("Credential"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    let status = call.query["status"]
                    return try ListKeys(owner: call.owner, status: status, page: call.page())
                        .run(call.context)
                }
            ),
            Route(
                .post,
                path,
                "create\(level)Key",
                "Makes an API key; its text is in the answer, once.",
                access: .action(write),
                environments: .key,
                workflows: .key,
                body: .json("Credential"),
                answer: .created("NewCredential"),
                secretMembers: ["key"],
                audit: .change("key.create"),
                run: .later { call async throws(CommandError) in
                    try await CreateKey(owner: call.owner, body: call.json).run(call.context)
                }
            ),
            Route(
                .get,
                path + "/{id}",
                "get\(level)Key",
                "Answers an API key, without its text.",
                access: .action(read),
                answer: .object("Credential"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try GetKey(owner: call.owner, id: call.name("id")).run(call.context)
                }
            ),
            Route(
                .delete,
                path + "/{id}",
                "revoke\(level)Key",
                "Revokes an API key.",
                access: .action(write),
                environments: .key,
                answer: .nothing,
                audit: .change("key.revoke"),
                run: .later { call async throws(CommandError) in
                    try await RevokeKey(owner: call.owner, id: call.name("id")).run(call.context)
                }
            ),
        ]
    }
}
