import Commands
import HTTPWire
import Policy

extension Routes {
    private static let path = "/v1/specs/blueprints/{name}/versions/{version}/upgrade"

    /// From one version of a blueprint to another.
    static let upgrades: [Route] = [
        Route(
            .get,
            path,
            "planUpgrade",
            "Answers what another version of a blueprint does to each config of this one.",
            access: .tenantAction(.configsRead),
            environments: .listed,
            query: [
                "to", "tenant", "environment", "plan", "dropOrphans", "limit", "cursor",
            ],
            answer: .object("UpgradePlan"),
            audit: .nothing(.reads),
            run: .later { call async throws(CommandError) in
                try await PlanUpgrade(
                    from: call.blueprintID(),
                    scope: call.scope,
                    query: PlanUpgrade.Query(
                        to: call.query["to"],
                        plan: call.query["plan"],
                        environment: call.query["environment"]
                    ),
                    dropsOrphans: call.query.bool("dropOrphans"),
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            path,
            "runUpgrade",
            "Takes configs over to another version of their blueprint, a page of them, as planned.",
            access: .tenantAction(.configsWrite),
            environments: .listed,
            query: ["tenant", "limit", "cursor"],
            body: .json("UpgradeRun"),
            answer: .object("UpgradeResult"),
            audit: .change("config.migrate", "changeRequest.apply"),
            run: .later { call async throws(CommandError) in
                try await RunUpgrade(
                    from: call.blueprintID(),
                    scope: call.scope,
                    body: call.json,
                    page: call.page()
                )
                .run(call.context)
            }
        ),
    ]
}
