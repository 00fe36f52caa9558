import Execution
import JSON
import Ledger
import Model

/// The connection that a webhook names, and its spec.
struct WebhookAccount {
    /// The longest challenge that is answered, in bytes.
    static let challengeByteCountMax = 256

    let connection: Connection
    let spec: IntegrationSpec

    /// Finds it; nil when there is none, or it was revoked: its provider is no longer believed.
    init?(_ tenant: String?, _ connection: String?, in state: State) {
        guard let tenant = tenant.flatMap(TenantID.init),
            let id = connection.flatMap(ConnectionID.init),
            let found = state.tenant(tenant).connections[id]?.value, found.status != .revoked,
            let spec = state.catalog.specs[found.spec]?.value
        else { return nil }
        self.connection = found
        self.spec = spec
    }

    /// What Slack wants to read back when somebody enters the URL there; it is no event.
    func challenge(_ verified: VerifiedWebhook) -> String? {
        guard spec.webhookSigning?.scheme == .slack,
            verified.json?["type"]?.string == "url_verification",
            let challenge = verified.json?["challenge"]?.string,
            challenge.utf8.count <= Self.challengeByteCountMax
        else { return nil }
        return challenge
    }

    /// - Throws: `CONNECTION_NOT_ACTIVE`.
    func checkActive() throws(CommandError) {
        guard connection.status != .active else { return }
        throw CommandError(
            .conflict,
            "CONNECTION_NOT_ACTIVE",
            "The connection is \(connection.status.rawValue): nothing is taken for it."
        )
    }
}
