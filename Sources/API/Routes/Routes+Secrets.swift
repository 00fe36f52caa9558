import Commands
import HTTPWire
import JSON
import Model
import Policy

extension Routes {
    private static let path = "/v1/tenants/{tenant}/secrets"

    /// Bindery's own secret store; a value goes in and never comes out.
    static let secrets: [Route] = [
        Route(
            .get,
            path,
            "listSecrets",
            "Lists the secrets of a tenant, without their values.",
            access: .action(.secretsRead),
            answer: .page("Secret"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try ListSecrets(scope: call.tenant, page: call.page()).run(call.context)
            }
        ),
        Route(
            .get,
            path + "/{name}",
            "getSecret",
            "Answers what is known of a secret, without its value.",
            access: .action(.secretsRead),
            answer: .object("Secret"),
            audit: .nothing(.reads),
            run: .now { call throws(CommandError) in
                try GetSecret(scope: call.tenant, name: call.name("name")).run(call.context)
            }
        ),
        Route(
            .put,
            path + "/{name}",
            "putSecret",
            "Makes a secret, or gives it another value; the value is never answered.",
            access: .action(.secretsWrite),
            environments: .all,
            body: .json("NewSecret"),
            answer: .created("Secret"),
            audit: .change("secret.put"),
            run: .later { call async throws(CommandError) in
                guard let name = call.parameters["name"].flatMap(SecretName.init) else {
                    throw .invalid(.invalidIdentifier, at: .root, IdentifierRule.words)
                }
                return try await PutSecret(scope: call.tenant, name: name, body: call.json)
                    .run(call.context)
            }
        ),
        Route(
            .delete,
            path + "/{name}",
            "deleteSecret",
            "Removes a secret that no connection refers to.",
            access: .action(.secretsWrite),
            environments: .all,
            answer: .nothing,
            audit: .change("secret.delete"),
            run: .later { call async throws(CommandError) in
                try await DeleteSecret(scope: call.tenant, name: call.name("name"))
                    .run(call.context)
            }
        ),
        Route(
            .post,
            "/v1/secrets/rotate-key",
            "rotateSecretKey",
            "Reads the master keys again, and seals secrets of all tenants under the first one.",
            access: .action(.secretsRotateKey),
            answer: .object("SecretRekeying"),
            audit: .change("secrets.rotateKey"),
            run: .later { call async throws(CommandError) in
                try await RotateSecretKey().run(call.context)
            }
        ),
    ]
}
