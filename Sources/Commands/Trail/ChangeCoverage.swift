import Ledger

/// Which audit record tells of a change of the ledger.
///
/// A new kind of change does not compile until it says so here.
enum ChangeCoverage: Sendable, Hashable {
    /// A record of the kind `change`, with an action that begins so.
    case recorded(String)
    /// A record of the kind `health`.
    case health
    /// A record of the kind `call` tells of the request whose outcome it keeps.
    case call
    /// None: it keeps books for the server itself, and says nothing of a tenant that a record does not.
    case bookkeeping
}

extension Change {
    /// Which audit record tells of it.
    var coverage: ChangeCoverage {
        switch self {
        case .putSpec, .removeSpec: .recorded("spec.")
        case .putBlueprint, .removeBlueprint: .recorded("blueprint.")
        case .putConnection, .removeConnection, .putOverlap, .removeOverlap:
            .recorded("connection.")
        case .putHealth: .health
        case .putConfigVersion, .removeConfigVersion, .addTransition: .recorded("config.")
        case .putPolicy, .removePolicy: .recorded("policy.")
        case .putEntity, .removeEntity: .recorded("entity.")
        // That a token was refreshed is no change of anybody's: the request for it has a record of
        // its own (`SystemAction.tokenRequest`).
        case .putSecret, .removeSecret: .recorded("secret.")
        case .putCredential: .recorded("key.")
        case .putWebhook, .removeWebhook: .recorded("webhook.")
        case .putApprovalPolicy, .removeApprovalPolicy: .recorded("approvalPolicy.")
        case .putChangeRequest: .recorded("changeRequest.")
        // It was over long ago, which was recorded then.
        case .removeChangeRequest: .bookkeeping
        // The key had ended long ago, which was recorded then.
        case .removeCredential: .bookkeeping
        case .putIdempotency, .removeIdempotency: .call
        case .receiveWebhook: .call
        case .expireIdempotency, .anchorAudit, .putLease, .rememberWebhooks: .bookkeeping
        // What is on its way to a webhook, and who sends it: deliveries have a list of their own.
        case .putWebhookFailing, .putAlertDelivery, .putAlertMark, .putAlertLease: .bookkeeping
        }
    }
}
