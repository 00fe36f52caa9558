import Commands
import HTTPWire
import JSON
import Policy

extension Routes {
    private static let path = "/v1/tenants/{tenant}/webhooks"

    /// A tenant's subscriptions to alerts.
    static let webhooks: [Route] = webhookItems + webhookActions

    private static let webhookItems: [Route] = [
        Route(
            .get,
            path,
            "listWebhooks",
            "Lists a tenant's webhooks, without their secrets.",
            access: .action(.webhooksRead),
            environments: .listed,
            query: ["status"],
            answer: .page("Webhook"),
            run: .now { call throws(CommandError) in
                let status = call.query["status"]
                return try ListWebhooks(scope: call.tenant, status: status, page: call.page())
                    .run(call.context)
            }
        ),
        Route(
            .post,
            path,
            "createWebhook",
            "Makes a webhook; its signing secret is in the answer, once.",
            access: .action(.webhooksWrite),
            environments: .object,
            body: .json("Webhook"),
            answer: .created("NewWebhook"),
            secretMembers: ["secret"],
            run: .later { call async throws(CommandError) in
                try await CreateWebhook(scope: call.tenant, body: call.json).run(call.context)
            }
        ),
        Route(
            .get,
            path + "/{id}",
            "getWebhook",
            "Answers a webhook, without its secret.",
            access: .action(.webhooksRead),
            environments: .object,
            answer: .object("Webhook"),
            run: .now { call throws(CommandError) in
                try GetWebhook(scope: call.tenant, id: call.name("id")).run(call.context)
            }
        ),
        Route(
            .put,
            path + "/{id}",
            "putWebhook",
            "Makes or replaces a webhook; a new one's secret is in the answer, once.",
            access: .action(.webhooksWrite),
            environments: .object,
            body: .json("Webhook"),
            answer: .created("NewWebhook"),
            secretMembers: ["secret"],
            run: .later { call async throws(CommandError) in
                try await PutWebhook(scope: call.tenant, id: call.name("id"), body: call.json)
                    .run(call.context)
            }
        ),
        Route(
            .delete,
            path + "/{id}",
            "deleteWebhook",
            "Removes a webhook, with all that is on its way to it.",
            access: .action(.webhooksWrite),
            environments: .object,
            answer: .nothing,
            run: .later { call async throws(CommandError) in
                try await DeleteWebhook(scope: call.tenant, id: call.name("id")).run(call.context)
            }
        ),
    ]

    private static let webhookActions: [Route] = [
        Route(
            .post,
            path + "/{id}/rotate-secret",
            "rotateWebhookSecret",
            "Gives a webhook a new signing secret, which is in the answer, once.",
            access: .action(.webhooksWrite),
            environments: .object,
            body: .optionalJSON("WebhookSecretRotation"),
            answer: .object("NewWebhook"),
            secretMembers: ["secret"],
            run: .later { call async throws(CommandError) in
                let body = call.body ?? [:]
                return try await RotateWebhookSecret(
                    scope: call.tenant,
                    id: call.name("id"),
                    body: body
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            path + "/{id}/test",
            "testWebhook",
            "Sends a webhook a ping; answers its delivery.",
            access: .action(.webhooksWrite),
            environments: .object,
            answer: .object("AlertDelivery"),
            run: .later { call async throws(CommandError) in
                try await TestWebhook(scope: call.tenant, id: call.name("id")).run(call.context)
            }
        ),
        Route(
            .get,
            path + "/{id}/deliveries",
            "listAlertDeliveries",
            "Lists what was and will be sent to a webhook, the newest first.",
            access: .action(.webhooksRead),
            environments: .object,
            query: ["status"],
            answer: .page("AlertDelivery"),
            run: .now { call throws(CommandError) in
                try ListAlertDeliveries(
                    scope: call.tenant,
                    webhook: call.name("id"),
                    status: call.query["status"],
                    page: call.page()
                )
                .run(call.context)
            }
        ),
        Route(
            .post,
            path + "/{id}/deliveries/{delivery}/replay",
            "replayAlertDelivery",
            "Lets a delivery begin anew, with the same id and payload.",
            access: .action(.webhooksWrite),
            environments: .object,
            answer: .object("AlertDelivery"),
            run: .later { call async throws(CommandError) in
                try await ReplayAlertDelivery(
                    scope: call.tenant,
                    webhook: call.name("id"),
                    id: call.name("delivery")
                )
                .run(call.context)
            }
        ),
    ]
}
