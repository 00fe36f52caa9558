import JSON
import Model

// The form in the log, one JSON object:
//
//     {"kind": "webhook", "action": "receive", "tenant": "acme-corp", "id": "conn_a",
//      "environment": "production", "mark": "…", "object": { … }}
extension WebhookDelivery {
    var storedJSON: JSONObject {
        [
            "kind": "webhook", "action": "receive", "tenant": .string(tenant.text),
            "id": .string(connection.text), "environment": .string(environment.text),
            "mark": .string(mark.text), "object": .object(object),
        ]
    }

    /// Reads what `storedJSON` wrote.
    init(stored fields: ChangeFields) throws(ChangeError) {
        guard let mark = WebhookMark(try fields.text("mark")) else {
            throw ChangeError(detail: "a webhook's mark can't be read")
        }
        guard let object = try fields.value("object").object else {
            throw ChangeError(detail: "a webhook is no object")
        }
        self.init(
            tenant: try fields.name("tenant"),
            connection: try fields.name("id"),
            environment: try fields.name("environment"),
            mark: mark,
            object: object
        )
    }
}

extension WebhookMarks {
    /// Reads a row.
    static func read(
        _ fields: ChangeFields
    ) throws(ChangeError) -> (row: Int, marks: [WebhookMark]) {
        let row = try fields.number("row")
        guard row < partCount * partRowCount else {
            throw ChangeError(detail: "there is no such row of webhooks")
        }
        let texts = try fields.value("marks").array ?? []
        guard texts.count <= rowCountMax else {
            throw ChangeError(detail: "a row of webhooks is too long")
        }
        var marks: [WebhookMark] = []
        for text in texts {
            guard let mark = text.string.flatMap(WebhookMark.init) else {
                throw ChangeError(detail: "a webhook's mark can't be read")
            }
            marks.append(mark)
        }
        return (Int(row), marks)
    }
}
