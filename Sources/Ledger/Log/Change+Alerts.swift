import JSON
import Model

// The forms in the log of what alerts are made of.
extension Change {
    var alertObject: JSONObject {
        switch self {
        case .putWebhook(let tenant, let webhook):
            var head = Self.head("webhook", "put", tenant: tenant)
            head.append(stamps: webhook)
            head["object"] = webhook.value.storedJSON
            return head
        case .removeWebhook(let tenant, let id):
            var head = Self.head("webhook", "remove", tenant: tenant)
            head["id"] = .string(id.text)
            return head
        case .putWebhookFailing(let tenant, let id, let since):
            var head = Self.head("webhook", "failing", tenant: tenant)
            head["id"] = .string(id.text)
            head["since"] = since.map { .string($0.text) }
            return head
        case .putAlertDelivery(let tenant, let delivery):
            var head = Self.head("alertDelivery", "put", tenant: tenant)
            head["object"] = delivery.storedJSON
            return head
        case .putAlertMark(let tenant, let connection, let mark):
            var head = Self.head("alertMark", "put", tenant: tenant)
            head["id"] = .string(connection.text)
            head["name"] = .string(mark.name)
            head["value"] = .string(mark.value)
            return head
        case .putAlertLease(let lease):
            var head = Self.head("alertLease", "put", tenant: nil)
            head["holder"] = .string(lease.holder)
            head["until"] = .string(lease.until.text)
            return head
        default: preconditionFailure("only changes of alerts come here")
        }
    }

    /// Reads what `alertObject` wrote.
    static func readAlerts(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change {
        switch (kind, action) {
        case ("webhook", "put"):
            guard let webhook = Webhook(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a webhook can't be read")
            }
            return .putWebhook(try fields.name("tenant"), try fields.stored(webhook))
        case ("webhook", "remove"):
            return .removeWebhook(try fields.name("tenant"), try fields.name("id"))
        case ("webhook", "failing"):
            let since = try fields.timestampIfThere("since")
            return .putWebhookFailing(
                try fields.name("tenant"),
                try fields.name("id"),
                since: since
            )
        case ("alertDelivery", "put"):
            guard let delivery = AlertDelivery(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "an alert's delivery can't be read")
            }
            return .putAlertDelivery(try fields.name("tenant"), delivery)
        case ("alertMark", "put"):
            let mark = AlertMark(name: try fields.text("name"), value: try fields.text("value"))
            return .putAlertMark(try fields.name("tenant"), try fields.name("id"), mark)
        case ("alertLease", "put"):
            let until = try fields.timestamp("until")
            return .putAlertLease(AlertLease(holder: try fields.text("holder"), until: until))
        default:
            throw ChangeError(detail: "there is no change \(kind).\(action) in this version")
        }
    }
}
