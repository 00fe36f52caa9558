import JSON

extension OpenAPISchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let free: JSONValue = ["type": "object"]
    private static let version: JSONValue = ["type": ["integer", "string"]]
    private static let cursor: JSONValue = ["type": ["string", "null"]]
    private static let texts: JSONValue = list(text)

    private static let loss = object([
        "pointer": text, "slotId": text, "connectionId": text,
        "reason": ["enum": ["SLOT_GONE", "CAPABILITY_GONE", "OPERATION_GONE"]],
        "capabilities": texts,
    ])

    private static let item = object(
        [
            "tenantId": text, "environment": text,
            "verdict": ["enum": ["ready", "blocked", "done", "conflict", "nothing-to-do"]],
            "base": object(["version": integer, "revision": integer]),
            "version": ["type": ["integer", "null"]], "draft": integer, "code": text,
            "detail": text,
            "slotsUnmet": list(
                object([
                    "slotId": text, "pointer": text, "requiredCategory": text,
                    "requiredCapabilities": texts, "candidates": texts,
                ])
            ),
            "orphans": list(loss), "narrowed": list(loss), "errors": list(reference("Issue")),
            "warnings": list(reference("Issue")), "access": list(free),
            "accessIsCut": ["type": "boolean"], "counts": free,
        ],
        required: ["tenantId", "environment", "verdict"]
    )

    private static let outcome = object(
        [
            "tenantId": text, "environment": text,
            "outcome": [
                "enum": [
                    "migrated", "drafted", "done", "blocked", "conflict", "failed",
                    "nothing-to-do",
                ]
            ],
            "base": integer, "version": integer, "code": text, "detail": text,
            "errors": list(reference("Issue")), "gates": list(reference("GateVerdict")),
        ],
        required: ["tenantId", "environment", "outcome"]
    )

    private static let number: JSONValue = ["type": ["integer", "null"]]

    /// What upgrades of blueprints answer and take, and who uses a version.
    static let upgradeSchemas: JSONObject = [
        "BlueprintUse": object(
            [
                "tenantId": text, "environment": text, "publishedVersion": number,
                "previewVersion": number, "openVersions": list(integer),
            ],
            required: ["tenantId", "environment"]
        ),
        "IntegrationSpecUse": object(
            [
                "tenantId": text, "connectionId": text, "environment": text, "status": text,
                "configs": list(
                    object(["blueprint": text, "environment": text, "version": integer])
                ),
            ],
            required: ["tenantId", "connectionId", "environment"]
        ),
        "UpgradePlan": object(
            [
                "plan": text, "blueprint": text, "from": version, "to": version,
                "revision": integer, "progress": free, "items": list(item),
                "nextCursor": cursor,
            ],
            required: ["plan", "items", "nextCursor"]
        ),
        "UpgradeRun": object(
            [
                "to": version, "plan": text, "tenants": texts, "environments": texts,
                "publish": ["type": "boolean"], "dropOrphans": ["type": "boolean"],
                "reason": text,
            ],
            required: ["to"]
        ),
        "UpgradeResult": object(
            [
                "plan": text, "blueprint": text, "from": version, "to": version,
                "dryRun": ["type": "boolean"], "revision": integer, "summary": free,
                "items": list(outcome), "nextCursor": cursor,
            ],
            required: ["plan", "summary", "items", "nextCursor"]
        ),
    ]
}
