import JSON
import Model

extension OpenAPISchemas {
    /// What alerts are told by.
    static let webhookSchemas: JSONObject = [
        "Webhook": object(
            [
                "id": ["type": "string"], "url": ["type": "string", "format": "uri"],
                "events": list([
                    "enum": .array(
                        [.string("*")] + AlertType.allCases.map { .string($0.rawValue) }
                    )
                ]),
                "environments": list(["type": "string"]),
                "connections": list(["type": "string"]), "description": ["type": "string"],
                "metadata": ["type": "object"],
                "status": ["enum": .array(Webhook.Status.allCases.map { .string($0.rawValue) })],
                "statusReason": [
                    "enum": .array(Webhook.StatusReason.allCases.map { .string($0.rawValue) })
                ],
                "revision": ["type": "integer"],
                "createdAt": ["type": "string", "format": "date-time"],
                "updatedAt": ["type": "string", "format": "date-time"],
            ],
            required: ["url"]
        ),
        "NewWebhook": [
            "allOf": [
                reference("Webhook"),
                object([
                    "secret": [
                        "type": "string", "description": "Of a new one, or a new one; shown once.",
                    ]
                ]),
            ]
        ],
        "WebhookSecretRotation": object([
            "overlapSeconds": [
                "type": "integer", "minimum": 0,
                "maximum": .integer(Int64(Webhook.overlapSecondsMax)),
            ]
        ]),
        "AlertDelivery": object(
            [
                "id": ["type": "string"], "webhookId": ["type": "string"],
                "eventType": ["type": "string"],
                "status": [
                    "enum": .array(AlertDelivery.Status.allCases.map { .string($0.rawValue) })
                ],
                "createdAt": ["type": "string", "format": "date-time"],
                "attempts": list(
                    object(
                        [
                            "at": ["type": "string", "format": "date-time"],
                            "status": ["type": "integer"], "error": ["type": "string"],
                        ],
                        required: ["at"]
                    )
                ),
                "nextAttemptAt": ["type": ["string", "null"], "format": "date-time"],
            ],
            required: ["id", "webhookId", "eventType", "status", "attempts"]
        ),
    ]
}
