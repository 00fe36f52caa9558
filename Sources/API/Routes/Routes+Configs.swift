import Commands
import HTTPWire
import Policy

extension Routes {
    private static let list = "/v1/tenants/{tenant}/configs"
    private static let line = list + "/{blueprint}/{env}"
    private static let version = line + "/versions/{n}"

    static let configs: [Route] =
        [
            Route(
                .get,
                list,
                "listConfigs",
                "Lists every (blueprint, environment) of a tenant.",
                access: .action(.configsRead),
                environments: .listed,
                query: ["environment", "blueprint"],
                answer: .page("ConfigLine"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try ListConfigs(
                        scope: call.tenant,
                        environment: call.query["environment"],
                        blueprint: call.query["blueprint"],
                        page: call.page()
                    )
                    .run(call.context)
                }
            ),
            Route(
                .get,
                line + "/versions",
                "listConfigVersions",
                "Lists the versions of a config.",
                access: .action(.configsRead),
                query: ["status"],
                answer: .page("TenantAppConfig"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    let status = call.query["status"]
                    return try ListConfigVersions(
                        target: call.line(),
                        status: status,
                        page: call.page()
                    )
                    .run(call.context)
                }
            ),
            Route(
                .post,
                line + "/versions",
                "createConfigVersion",
                "Makes a new draft: the config itself, or {\"fromVersion\": 3}.",
                access: .action(.configsWrite),
                body: .json("TenantAppConfig"),
                answer: .created("TenantAppConfig"),
                audit: .change("config.create"),
                run: .later { call async throws(CommandError) in
                    try await CreateConfigVersion(target: call.line(), body: call.json)
                        .run(call.context)
                }
            ),
            Route(
                .get,
                version,
                "getConfigVersion",
                "Answers a version of a config.",
                access: .action(.configsRead),
                answer: .object("TenantAppConfig"),
                audit: .nothing(.reads),
                run: .now { call throws(CommandError) in
                    try GetConfigVersion(target: call.line(), number: call.number())
                        .run(call.context)
                }
            ),
            Route(
                .put,
                version,
                "putConfigVersion",
                "Replaces the content of a draft.",
                access: .action(.configsWrite),
                body: .json("TenantAppConfig"),
                answer: .object("TenantAppConfig"),
                audit: .change("config.put", "changeRequest.reset"),
                run: .later { call async throws(CommandError) in
                    try await PutConfigVersion(
                        target: call.line(),
                        number: call.number(),
                        body: call.json
                    )
                    .run(call.context)
                }
            ),
            Route(
                .patch,
                version,
                "patchConfigVersion",
                "Changes members of a draft (RFC 7396).",
                access: .action(.configsWrite),
                body: .mergePatch("TenantAppConfig"),
                answer: .object("TenantAppConfig"),
                audit: .change("config.patch", "changeRequest.reset"),
                run: .later { call async throws(CommandError) in
                    try await PatchConfigVersion(
                        target: call.line(),
                        number: call.number(),
                        patch: call.json
                    )
                    .run(call.context)
                }
            ),
            Route(
                .delete,
                version,
                "deleteConfigVersion",
                "Removes a draft.",
                access: .action(.configsWrite),
                answer: .nothing,
                audit: .change("config.delete", "changeRequest.cancel"),
                run: .later { call async throws(CommandError) in
                    try await DeleteConfigVersion(target: call.line(), number: call.number())
                        .run(call.context)
                }
            ),
        ] + lifecycle

    private static let lifecycle: [Route] = [
        Route(
            .post,
            version + "/validate",
            "validateConfig",
            "Answers the report: errors, warnings, info.",
            access: .action(.configsValidate),
            body: .optionalJSON("Reason"),
            answer: .object("ValidationReport"),
            audit: .nothing(.computes),
            run: .later { call async throws(CommandError) in
                try ValidateConfig(
                    target: call.line(),
                    number: call.number(),
                    body: call.body
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            version + "/preview",
            "previewConfig",
            "Freezes a draft; outside production it goes live for a look.",
            access: .action(.configsWrite),
            body: .optionalJSON("ChangeSummary"),
            answer: .object("TenantAppConfig"),
            audit: .change("config.preview"),
            run: .later { call async throws(CommandError) in
                try await PreviewConfig(
                    target: call.line(),
                    number: call.number(),
                    body: call.body
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            version + "/publish",
            "publishConfig",
            "Makes a version the live one.",
            access: .action(.configsWrite),
            body: .optionalJSON("Publication"),
            answer: .object("TenantAppConfig"),
            audit: .change(
                "config.publish",
                "changeRequest.apply",
                "changeRequest.cancel",
                "config.breakGlass"
            ),
            run: .later { call async throws(CommandError) in
                try await PublishConfig(
                    target: call.line(),
                    number: call.number(),
                    body: call.body
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            version + "/archive",
            "archiveConfig",
            "Puts a version away; a live one is no longer live.",
            access: .action(.configsWrite),
            body: .optionalJSON("ChangeSummary"),
            answer: .object("TenantAppConfig"),
            audit: .change("config.archive", "changeRequest.cancel"),
            run: .later { call async throws(CommandError) in
                try await ArchiveConfig(
                    target: call.line(),
                    number: call.number(),
                    body: call.body
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            line + "/rollback",
            "rollbackConfig",
            "Publishes a new version with the content of an older one.",
            access: .action(.configsWrite),
            body: .json("Rollback"),
            answer: .created("TenantAppConfig"),
            audit: .change("config.rollback", "changeRequest.apply", "config.breakGlass"),
            run: .later { call async throws(CommandError) in
                try await RollbackConfig(target: call.line(), body: call.json).run(call.context)
            }
        ),
        Route(
            .post,
            line + "/promote",
            "promoteConfig",
            "Makes a draft in another environment of what is live here.",
            access: .action(.configsWrite),
            environments: .pathAndOther,
            body: .json("Promotion"),
            answer: .created("TenantAppConfig"),
            audit: .change("config.promote"),
            run: .later { call async throws(CommandError) in
                try await PromoteConfig(source: call.line(), body: call.json).run(call.context)
            }
        ),
        Route(
            .get,
            line + "/versions/{a}/diff/{b}",
            "diffConfig",
            "Answers what differs between two versions, and whose winner changes.",
            access: .action(.configsRead),
            answer: .object("ConfigDiff"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try DiffConfig(target: call.line(), from: call.number("a"), to: call.number("b"))
                    .run(call.context)
            }
        ),
        Route(
            .get,
            line + "/drift",
            "compareEnvironments",
            "Answers how what is live differs from what is live in another environment.",
            access: .action(.configsRead),
            environments: .pathAndOther,
            query: ["against"],
            answer: .object("Drift"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try CompareEnvironments(target: call.line(), against: call.query["against"])
                    .run(call.context)
            }
        ),
        Route(
            .get,
            line + "/history",
            "getConfigHistory",
            "Lists who moved which version, when and why.",
            access: .action(.historyRead),
            answer: .page("ConfigTransition"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetConfigHistory(target: call.line(), page: call.page()).run(call.context)
            }
        ),
    ]
}
