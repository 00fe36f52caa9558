import Commands
import HTTPWire
import Policy

extension Routes {
    static let connect: [Route] = [
        Route(
            .post,
            "/v1/tenants/{tenant}/connections/{id}/connect",
            "connectConnection",
            "Begins a user's consent to a connection (OAuth 2.0): answers where the user has to go.",
            access: .action(.connectionsWrite),
            environments: .object,
            body: .optionalJSON("Connect"),
            answer: .object("PendingConnect"),
            secretMembers: ["authorizationUrl", "state"],
            audit: .change("connection.connect"),
            run: .later { call async throws(CommandError) in
                try await ConnectConnection(
                    scope: call.tenant,
                    id: call.name("id"),
                    body: call.body
                )
                .run(call.context)
            }
        ),
        Route(
            .get,
            "/v1/connect/callback",
            "finishConnect",
            "Takes an authorization server's answer to a consent; the state is the right to it.",
            access: .anyone,
            query: ["state", "code", "error"],
            answer: .text("text/plain"),
            // Servers add parameters of their own, which a client ignores (RFC 6749 section 4.1.2).
            ignoresOtherParameters: true,
            audit: .change("connection.connected"),
            run: .later { call async throws(CommandError) in
                try await FinishConnect(
                    state: call.query["state"],
                    code: call.query["code"],
                    error: call.query["error"]
                )
                .run(call.context)
            }
        ),
    ]
}
