import HTTPWire
import JSON
import Model
import Platform

/// Plays the reading side of Vault's KV engine, version 2.
struct DemoVault: Sendable {
    /// The secrets by path, each an object of fields.
    let secrets: JSONObject
    /// The one token that may read; nil lets nobody.
    let token: SecretBytes?

    /// The secret of the contract's own example.
    static let exampleSecrets: JSONObject = [
        "integrations/acme/conn_stripe_acme_prod": ["apiKey": "demo-stripe-acme-prod"]
    ]

    /// Answers `GET /v1/{mount}/data/{path}`.
    func answer(_ request: DemoRequest) -> DemoAnswer {
        let steps = request.path.dropFirst()
        guard request.method == .get, let data = steps.firstIndex(of: "data"), data > 1 else {
            return .notFound
        }
        guard isGood(request.header("x-vault-token")) else {
            return DemoAnswer(403, ["errors": ["permission denied"]])
        }
        let path = steps[(data + 1)...].joined(separator: "/")
        guard let fields = secrets[path] else { return DemoAnswer(404, ["errors": []]) }
        return DemoAnswer([
            "request_id": .string(UUIDv7.make(now: request.now.milliseconds)),
            "data": ["data": fields, "metadata": ["version": 1]],
        ])
    }

    private func isGood(_ given: String?) -> Bool {
        guard let token, let given else { return false }
        return token.withSpan { token in
            SecretComparison.areEqual(Array(given.utf8), token.indices.map { token[$0] })
        }
    }
}
