import Audit
import Commands
import HTTPWire
import Policy

extension Routes {
    private static let inboundPath = "/v1/tenants/{tenant}/connections/{id}/webhooks/inbound"

    /// What providers call.
    static let inboundWebhooks: [Route] = [
        Route(
            .post,
            inboundPath,
            "receiveWebhook",
            "Takes an event that the connection's provider signed.",
            access: .signature,
            body: .raw,
            answer: .object("WebhookReceipt"),
            audit: .records(.call, ["webhook.receive"]),
            run: .later { call async throws(CommandError) in
                try await ReceiveWebhook(
                    tenant: call.parameters["tenant"],
                    connection: call.parameters["id"],
                    posted: call.webhook,
                    route: "POST \(inboundPath)"
                )
                .run(call.context)
            }
        )
    ]
}

extension RouteCall {
    /// What was posted, for a route that takes any bytes.
    fileprivate var webhook: ReceiveWebhook.Posted {
        guard let request = posted else { preconditionFailure("a raw route has its request") }
        let target = request.path + (request.query.map { "?\($0)" } ?? "")
        // Behind a proxy the public URL is the one that the provider was told; a Host field is the
        // client's word, and changes nothing that the signature does not cover.
        let base = context.services.publicURL ?? origin ?? ""
        return ReceiveWebhook.Posted(
            url: base + target,
            query: request.query,
            body: request.body
        ) { name in
            request.headerCount(name) == 1 ? request.header(name) : nil
        }
    }
}
