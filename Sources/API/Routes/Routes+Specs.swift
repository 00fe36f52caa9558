import Commands
import HTTPWire
import Policy

extension Routes {
    static let integrationSpecs: [Route] = [
        Route(
            .get,
            "/v1/specs/integrations",
            "listIntegrationSpecs",
            "Lists integration specs.",
            access: .action(.specsRead),
            query: ["category"],
            answer: .page("IntegrationSpec"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                let category = call.query["category"]
                return try ListIntegrationSpecs(key: nil, category: category, page: call.page())
                    .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/specs/integrations/{key}",
            "listIntegrationSpecsOfKey",
            "Lists the versions of an integration spec.",
            access: .action(.specsRead),
            answer: .page("IntegrationSpec"),
            audit: .nothing(.reads),
            run: .now(specVersions)
        ),
        Route(
            .get,
            "/v1/specs/integrations/{key}/versions",
            "listIntegrationSpecVersions",
            "Lists the versions of an integration spec.",
            access: .action(.specsRead),
            answer: .page("IntegrationSpec"),
            audit: .nothing(.reads),
            run: .now(specVersions)
        ),
        Route(
            .get,
            "/v1/specs/integrations/{key}/versions/{version}",
            "getIntegrationSpec",
            "Answers a version of an integration spec.",
            access: .action(.specsRead),
            answer: .object("IntegrationSpec"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetIntegrationSpec(id: call.specID()).run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/specs/integrations/{key}/versions/{version}/usage",
            "listIntegrationSpecUses",
            "Lists the connections of a version of an integration spec, and what binds them.",
            access: .tenantAction(.connectionsRead),
            environments: .listed,
            query: ["tenant", "environment"],
            answer: .page("IntegrationSpecUse"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try ListIntegrationSpecUses(
                    id: call.specID(),
                    scope: call.scope,
                    environment: call.query["environment"],
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .put,
            "/v1/specs/integrations/{key}/versions/{version}",
            "putIntegrationSpec",
            "Registers a version of an integration spec, or replaces one that nobody uses; of one that is used its deprecation.",
            access: .action(.specsWrite),
            body: .json("IntegrationSpec"),
            answer: .created("IntegrationSpec"),
            audit: .change("spec.put"),
            run: .later { call async throws(CommandError) in
                try await PutIntegrationSpec(id: call.specID(), body: call.json).run(call.context)
            }
        ),
        Route(
            .delete,
            "/v1/specs/integrations/{key}/versions/{version}",
            "deleteIntegrationSpec",
            "Removes a version of an integration spec that nobody uses.",
            access: .action(.specsWrite),
            answer: .nothing,
            audit: .change("spec.delete"),
            run: .later { call async throws(CommandError) in
                try await DeleteIntegrationSpec(id: call.specID()).run(call.context)
            }
        ),
    ]

    private static let specVersions: @Sendable (RouteCall) throws(CommandError) -> CommandAnswer = {
        call throws(CommandError) in
        try ListIntegrationSpecs(key: call.name("key"), category: nil, page: call.page())
            .run(call.context)
    }

    static let blueprints: [Route] = [
        Route(
            .get,
            "/v1/specs/blueprints",
            "listBlueprints",
            "Lists blueprints.",
            access: .action(.blueprintsRead),
            answer: .page("AppBlueprintSpec"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try ListBlueprints(name: nil, page: call.page()).run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/specs/blueprints/{name}",
            "listBlueprintsOfName",
            "Lists the versions of a blueprint.",
            access: .action(.blueprintsRead),
            answer: .page("AppBlueprintSpec"),
            audit: .nothing(.reads),
            run: .now(blueprintVersions)
        ),
        Route(
            .get,
            "/v1/specs/blueprints/{name}/versions",
            "listBlueprintVersions",
            "Lists the versions of a blueprint.",
            access: .action(.blueprintsRead),
            answer: .page("AppBlueprintSpec"),
            audit: .nothing(.reads),
            run: .now(blueprintVersions)
        ),
        Route(
            .get,
            "/v1/specs/blueprints/{name}/versions/{version}",
            "getBlueprint",
            "Answers a version of a blueprint.",
            access: .action(.blueprintsRead),
            answer: .object("AppBlueprintSpec"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetBlueprint(id: call.blueprintID()).run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/specs/blueprints/{name}/versions/{version}/usage",
            "listBlueprintUses",
            "Lists the configs that use a version of a blueprint.",
            access: .tenantAction(.configsRead),
            environments: .listed,
            query: ["tenant", "environment"],
            answer: .page("BlueprintUse"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try ListBlueprintUses(
                    id: call.blueprintID(),
                    scope: call.scope,
                    environment: call.query["environment"],
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .put,
            "/v1/specs/blueprints/{name}/versions/{version}",
            "putBlueprint",
            "Registers a version of a blueprint, or replaces one that nobody uses; of one that is used its deprecation.",
            access: .action(.blueprintsWrite),
            body: .json("AppBlueprintSpec"),
            answer: .created("AppBlueprintSpec"),
            audit: .change("blueprint.put"),
            run: .later { call async throws(CommandError) in
                try await PutBlueprint(id: call.blueprintID(), body: call.json).run(call.context)
            }
        ),
        Route(
            .delete,
            "/v1/specs/blueprints/{name}/versions/{version}",
            "deleteBlueprint",
            "Removes a version of a blueprint that nobody uses.",
            access: .action(.blueprintsWrite),
            answer: .nothing,
            audit: .change("blueprint.delete"),
            run: .later { call async throws(CommandError) in
                try await DeleteBlueprint(id: call.blueprintID()).run(call.context)
            }
        ),
    ]

    private static let blueprintVersions:
        @Sendable (RouteCall) throws(CommandError) -> CommandAnswer = {
            call throws(CommandError) in
            try ListBlueprints(name: call.name("name"), page: call.page()).run(call.context)
        }
}
