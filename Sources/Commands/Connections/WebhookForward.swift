import JSON
import Ledger
import Model
import Platform

/// What a provider posted, on its way to those of the tenant's webhooks that list `webhook.received`.
///
/// It goes into the outbox in the very entry that takes it: what is answered to the provider is
/// forwarded, once, whichever process ends in between. The entry's own change keeps a JSON body as a
/// value; what is forwarded are the bytes that were signed, as they came.
struct WebhookForward: Sendable {
    /// The most bytes of a body that are forwarded; of a longer one its length and digest are.
    static let bodyByteCountMax = 8 << 10

    /// The connection that it was posted to.
    let connection: Connection
    /// What is told of it, but for the body.
    let head: JSONObject
    /// The body's bytes.
    let body: [UInt8]

    /// The deliveries to the webhooks that want it; none costs a look at the tenant's webhooks.
    func changes(on state: State, at now: Timestamp) -> [Change] {
        let bare = Alert(.webhookReceived, of: connection, details: [:])
        let webhooks = state.tenant(connection.tenant).alerts.webhooks.values
        guard webhooks.contains(where: { $0.value.wants(bare) }) else { return [] }
        var outbox = AlertOutbox(state, now: now)
        outbox.put(Alert(.webhookReceived, of: connection, details: details))
        return outbox.changes
    }

    private var details: JSONObject {
        var details = head
        let isOmitted = body.count > Self.bodyByteCountMax
        details["bodyOmitted"] = .bool(isOmitted)
        guard !isOmitted else { return details }
        var text = String(validating: body, as: UTF8.self)
        // Of control characters JSON makes six times as much, which waits in memory.
        if let some = text, JSONValue.string(some).serialized().count > 2 * Self.bodyByteCountMax {
            text = nil
        }
        details["body"] = .string(text ?? Base64.encode(body))
        details["bodyEncoding"] = text == nil ? "base64" : "text"
        return details
    }
}
