import JSON

extension OpenAPISchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]

    /// Bindery's own secret store.
    static let secrets: JSONObject = [
        "Secret": object(
            [
                "name": text, "version": integer, "keyId": text, "createdAt": time,
                "updatedAt": time,
            ],
            required: ["name", "version", "keyId", "createdAt", "updatedAt"]
        ),
        "NewSecret": object(
            [
                "value": [
                    "type": ["string", "object"], "writeOnly": true,
                    "description":
                        "A text, or an object of at most 64 fields; at most 65536 bytes.",
                ]
            ],
            required: ["value"]
        ),
        "SecretRekeying": object(
            [
                "keyId": text, "resealed": integer, "remaining": integer, "unreadable": integer,
                "unreadableSecrets": list(
                    object(["tenantId": text, "name": text, "keyId": text])
                ),
                "keys": list(
                    object([
                        "id": text, "secrets": integer, "known": ["type": "boolean"],
                        "needed": ["type": "boolean"],
                    ])
                ),
            ],
            required: ["keyId", "resealed", "remaining", "unreadable", "keys"]
        ),
    ]
}
