import JSON

/// The schemas of the OpenAPI document: what a client may rely on, no less and no more.
enum OpenAPISchemas {
    static let all: JSONObject = {
        var all: JSONObject = [:]
        let parts = [
            nouns, tenantNouns, answers, bodies, accessSchemas, webhookSchemas, secrets, approvals,
            upgradeSchemas,
        ]
        for part in parts {
            for member in part { all[member.key] = member.value }
        }
        return all
    }()

    private static let text: JSONValue = ["type": "string"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let free: JSONValue = ["type": "object"]
    private static let texts: JSONValue = ["type": "array", "items": ["type": "string"]]
    private static let version: JSONValue = ["type": ["integer", "string"]]

    static func object(_ properties: JSONObject, required: [String] = []) -> JSONValue {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return .object(schema)
    }

    static func list(_ item: JSONValue) -> JSONValue { ["type": "array", "items": item] }

    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    private static let nouns: JSONObject = [
        "IntegrationSpec": object(
            [
                "meta": object(
                    [
                        "key": text, "version": version, "category": text, "title": text,
                        "description": text, "owners": texts, "tags": texts, "stability": text,
                        "createdAt": time, "updatedAt": time,
                    ],
                    required: ["key", "version", "category"]
                ),
                "supportedModes": texts,
                "capabilities": object(["provides": list(free), "requires": list(free)]),
                "configSchema": free, "secretSchema": free, "auth": list(free), "transport": free,
                "operations": free, "healthCheck": free, "constraints": free, "docsUrl": text,
                "deprecated": free, "revision": integer,
            ],
            required: ["meta", "capabilities"]
        ),
        "AppBlueprintSpec": object(
            [
                "meta": object(
                    ["name": text, "version": version, "appId": text],
                    required: ["name", "version"]
                ),
                "integrationSlots": list(
                    object(
                        [
                            "slotId": text, "requiredCategory": text, "allowedModes": texts,
                            "requiredCapabilities": list(free), "required": ["type": "boolean"],
                            "description": text,
                        ],
                        required: ["slotId", "requiredCategory"]
                    )
                ),
                "workflows": free, "branding": free, "deprecated": free, "revision": integer,
            ],
            required: ["meta", "integrationSlots"]
        ),
        "PolicyRule": object(
            [
                "id": text, "effect": ["enum": ["forbid", "permit"]], "description": text,
                "enabled": ["type": "boolean"], "match": free, "when": free, "unless": free,
                "tests": list(free), "metadata": free, "revision": integer, "createdAt": time,
                "updatedAt": time, "access": list(decisionChange),
                "accessIsCut": ["type": "boolean"], "accessDependsOnCalls": ["type": "boolean"],
            ],
            required: ["effect"]
        ),
        "PolicyEffect": object([
            "access": list(decisionChange), "accessIsCut": ["type": "boolean"],
            "accessDependsOnCalls": ["type": "boolean"],
        ]),
        "Credential": object(
            [
                "id": text, "tenantId": ["type": ["string", "null"]], "name": text, "roles": texts,
                "environments": texts, "workflows": texts,
                "expiresAt": ["type": ["string", "null"], "format": "date-time"],
                "status": ["enum": ["active", "revoked"]], "principal": text,
                "lastUsedAt": ["type": ["string", "null"], "format": "date-time"],
                "revision": integer,
            ],
            required: ["roles"]
        ),
        "NewCredential": [
            "allOf": [
                reference("Credential"),
                object(["key": ["type": "string", "description": "Shown once."]]),
            ]
        ],
        "Tenant": object(["id": text], required: ["id"]),
    ]

    /// A live config that the write of a connection makes invalid.
    private static let invalidatedConfig = object([
        "tenantId": text, "blueprint": text, "environment": text, "version": integer,
        "errors": list(reference("Issue")),
    ])

    private static let tenantNouns: JSONObject = [
        "IntegrationConnection": object(
            [
                "meta": object(
                    [
                        "id": text, "tenantId": text, "integrationKey": text,
                        "integrationVersion": version, "label": text, "environment": text,
                        "createdAt": time, "updatedAt": time,
                    ],
                    required: ["integrationKey", "integrationVersion", "environment"]
                ),
                "ownershipMode": ["enum": ["managed", "byok"]], "externalAccountId": text,
                "config": free, "secretRef": text,
                "status": ["enum": ["draft", "active", "paused", "revoked"]],
                "statusReason": text, "tags": texts, "metadata": free, "description": text,
                "limits": free, "credentialsExpiresAt": time, "revision": integer,
                "health": reference("ConnectionHealth"), "previousSecretRef": text,
                "overlapUntil": time, "validation": reference("CredentialValidation"),
                "access": list(decisionChange), "accessIsCut": ["type": "boolean"],
                "invalidates": list(invalidatedConfig),
                "invalidatesIsCut": ["type": "boolean"],
            ],
            required: ["meta", "ownershipMode"]
        ),
        "CredentialValidation": object([
            "operation": text, "valid": ["type": "boolean"], "checkedAt": time,
            "latencyMs": ["type": "number"], "scopes": ["type": ["array", "null"]],
            "missingScopes": texts, "quota": ["type": ["object", "null"]],
            "errorCode": ["type": ["string", "null"]],
            "errorMessage": ["type": ["string", "null"]],
        ]),
        "ConnectionHealth": object(
            [
                "status": ["enum": ["healthy", "degraded", "unhealthy", "unknown"]],
                "checkedAt": ["type": ["string", "null"]],
                "latencyMs": ["type": ["number", "null"]],
                "errorCode": ["type": ["string", "null"]],
                "errorMessage": ["type": ["string", "null"]], "consecutiveFailures": integer,
                "lastSuccessAt": ["type": ["string", "null"]],
                "isFlapping": ["type": "boolean"],
                "history": list(
                    object([
                        "at": time, "status": text, "from": text,
                        "latencyMs": ["type": ["number", "null"]],
                        "errorCode": ["type": ["string", "null"]],
                    ])
                ),
            ],
            required: ["status"]
        ),
        "ConnectionUsage": object([
            "requests": integer, "errors": integer, "rateLimit": ["type": ["object", "null"]],
            "quotas": list(free), "breaker": ["enum": ["closed", "open", "half-open"]],
        ]),
        "TenantAppConfig": object([
            "meta": object([
                "tenantId": text, "blueprintName": text, "blueprintVersion": version,
                "environment": text, "version": integer,
                "status": ["enum": ["draft", "preview", "published", "superseded", "archived"]],
                "migratedFrom": object(["version": integer, "blueprintVersion": version]),
                "madeFrom": object(["version": integer]),
                "rolledBackTo": object(["version": integer]),
                "promotedFrom": object(["environment": text, "version": integer]),
            ]),
            "integrations": list(
                object(
                    [
                        "slotId": text, "connectionId": text,
                        "scope": object(["workflows": texts, "operations": texts]),
                        "priority": integer, "description": text, "config": free, "metadata": free,
                    ],
                    required: ["slotId", "connectionId"]
                )
            ),
            "branding": free, "revision": integer, "fromVersion": integer,
            "gates": list(reference("GateVerdict")),
        ]),
        "ConfigLine": object([
            "blueprint": text, "environment": text,
            "publishedVersion": ["type": ["integer", "null"]],
            "previewVersion": ["type": ["integer", "null"]], "latestVersion": integer,
            "versions": integer,
        ]),
        "ConfigTransition": object([
            "version": integer, "from": ["type": ["string", "null"]],
            "to": ["type": ["string", "null"]], "actor": text, "at": time,
            "reason": ["type": ["string", "null"]],
            "madeFrom": object(["version": integer]), "rolledBackTo": object(["version": integer]),
            "promotedFrom": object(["environment": text, "version": integer]),
            "migratedFrom": object(["version": integer, "blueprintVersion": version]),
        ]),
    ]

    private static let issue = object(
        ["code": text, "severity": text, "pointer": text, "detail": text, "suggestion": text],
        required: ["code", "pointer", "detail", "severity"]
    )

    private static let answers: JSONObject = [
        "Issue": issue,
        "WebhookReceipt": object([
            "deliveryId": text, "duplicate": ["type": "boolean"], "challenge": text,
        ]),
        "Problem": object(
            [
                "type": text, "title": text, "status": integer, "detail": text, "instance": text,
                "code": text, "requestId": text, "errors": list(reference("Issue")),
            ],
            required: ["type", "title", "status", "code", "requestId"]
        ),
        "ValidationReport": object(
            [
                "valid": ["type": "boolean"], "errors": list(reference("Issue")),
                "warnings": list(reference("Issue")), "info": list(reference("Issue")),
            ],
            required: ["valid", "errors", "warnings", "info"]
        ),
        "ConfigDiff": object([
            "patch": list(free), "access": list(free), "accessIsCut": ["type": "boolean"],
            "bindings": list(bindingChange), "bindingsAreCut": ["type": "boolean"],
        ]),
        "Drift": object([
            "environment": text, "version": integer, "against": text, "againstVersion": integer,
            "patch": list(free), "access": list(free), "accessIsCut": ["type": "boolean"],
            "accounts": list(object(["connections": texts, "against": texts])),
        ]),
        "ConnectionReach": object([
            "blueprint": text, "environment": text, "version": integer, "slotId": text,
            "workflows": texts, "operations": texts, "capabilities": texts,
            "narrowedBy": list(narrowingRule),
        ]),
        "WorkflowReach": object([
            "blueprint": text, "environment": text, "version": integer, "capability": text,
            "operation": ["type": ["string", "null"]], "slotId": text, "connectionId": text,
            "outcome": ["enum": ["winner", "fallback", "unavailable"]],
        ]),
        "OperationReach": object([
            "blueprint": text, "environment": text, "version": integer, "slotId": text,
            "connectionId": text, "workflows": texts, "operations": texts, "capabilities": texts,
            "permittedWorkflows": texts, "permittedIsCut": ["type": "boolean"],
            "narrowedBy": list(narrowingRule),
        ]),
        "SimulationResult": object(
            [
                "calls": list(
                    object([
                        "workflow": ["type": ["string", "null"]], "capability": text,
                        "before": ["type": ["object", "null"]],
                        "after": ["type": ["object", "null"]], "changed": ["type": "boolean"],
                    ])
                ),
                "access": list(free), "accessIsCut": ["type": "boolean"], "replay": free,
            ],
            required: ["calls", "access"]
        ),
        "ResolvedAppConfig": object([
            "tenantId": text, "appId": text, "environment": text, "blueprint": free,
            "configVersion": integer, "revision": integer, "integrations": free, "workflows": free,
            "branding": free, "missing": list(free),
        ]),
        "Explanation": object([
            "allowed": ["type": "boolean"], "winner": ["type": ["object", "null"]],
            "candidates": list(free), "policies": texts, "revision": integer,
            "decision": ["type": "boolean"], "decisionId": text, "determining": list(ruleNote),
            "nearMisses": list(ruleNote), "errors": list(ruleNote),
        ]),
        "ExecutionResult": object([
            "capability": text, "operation": text, "connectionId": text, "output": [:],
            "provider": free, "attempts": integer, "latencyMs": ["type": "number"], "auditId": text,
            "passedOver": list(free), "decisionId": text, "pages": free, "warnings": list(free),
        ]),
        "AuditRecord": object([
            "id": text, "sequence": integer, "occurredAt": time, "kind": text, "actor": free,
            "action": text, "resource": free, "outcome": text, "previousHash": text, "hash": text,
        ]),
        "AuditVerification": object([
            "valid": ["type": "boolean"], "records": integer, "removed": integer,
            "firstBad": ["type": ["object", "null"]],
        ]),
        "SetResult": object([
            "dryRun": ["type": "boolean"], "revision": integer, "summary": free,
            "changes": list(
                object([
                    "kind": text, "tenantId": ["type": ["string", "null"]], "id": text,
                    "action": ["enum": ["create", "update", "delete", "unchanged"]],
                    "fields": texts,
                    "values": list(
                        object([
                            "pointer": text, "before": [:], "after": [:],
                            "beforeByteCount": integer, "afterByteCount": integer,
                        ])
                    ),
                    "bindings": list(bindingChange), "bindingsAreCut": ["type": "boolean"],
                    "gates": list(reference("GateVerdict")),
                    "blockedBy": object(["code": text, "detail": text]),
                    "drift": list(object(["pointer": text, "wished": text, "found": text])),
                ])
            ),
            "invalidates": list(invalidatedConfig), "invalidatesIsCut": ["type": "boolean"],
        ]),
        "Status": object(["status": text, "detail": text]),
        "OpenAPI": free,
    ]

    /// A grant's or a rule's part in a decision.
    private static let ruleNote = object([
        "ruleId": ["type": ["string", "null"]],
        "source": ["enum": ["grant", "platform", "tenant"]],
        "effect": ["enum": ["permit", "forbid"]], "matched": free, "failed": text, "expected": [:],
        "actual": [:], "pointer": text, "reason": text, "slotId": text, "connectionId": text,
    ])

    /// A workflow and capability that a change of a rule decides otherwise.
    private static let decisionChange = object([
        "tenantId": text, "blueprint": text, "environment": text, "workflow": text,
        "capability": text, "before": ["type": ["string", "null"]],
        "after": ["type": ["string", "null"]], "allowed": free,
    ])

    /// What becomes of a binding between two configs.
    private static let bindingChange = object([
        "action": ["enum": ["add", "remove", "change", "move"]], "slotId": text,
        "connectionId": text, "before": ["type": ["integer", "null"]],
        "after": ["type": ["integer", "null"]], "fields": list(free),
    ])

    /// A rule that keeps some of a scope's workflows out.
    private static let narrowingRule = object([
        "ruleId": ["type": ["string", "null"]], "source": ["enum": ["platform", "tenant"]],
        "effect": ["enum": ["permit", "forbid"]],
    ])

    private static let bodies: JSONObject = [
        "Reason": object(["reason": text]),
        "ChangeSummary": object(["changeSummary": text]),
        "Connect": object(["redirectUri": text]),
        "PendingConnect": object(
            ["authorizationUrl": text, "state": text, "redirectUri": text, "expiresAt": text],
            required: ["authorizationUrl", "state", "redirectUri", "expiresAt"]
        ),
        "Rotation": object([
            "secretRef": text, "overlapSeconds": integer, "credentialsExpiresAt": time,
            "rollback": ["type": "boolean"], "reason": text,
        ]),
        "Rollback": object(["toVersion": integer, "reason": text], required: ["toVersion"]),
        "Promotion": object(["to": text, "connections": free], required: ["to"]),
        "Explain": object([
            "capability": text, "operation": text, "workflow": text, "context": free,
        ]),
        "Simulation": object([
            "changes": list(
                object(
                    [
                        "kind": text, "tenantId": text,
                        "action": ["enum": ["pause", "resume", "revoke"]], "object": free,
                    ],
                    required: ["kind", "object"]
                )
            ),
            "calls": list(
                object(["workflow": text, "capability": text], required: ["capability"])
            ),
            "version": integer,
            "replay": object(
                ["last": ["type": "integer", "minimum": 1, "maximum": 1000]],
                required: ["last"]
            ),
        ]),
        "Set": object(
            [
                "objects": list(
                    object(
                        ["kind": text, "tenantId": text, "object": free],
                        required: ["kind", "object"]
                    )
                )
            ],
            required: ["objects"]
        ),
        "Execution": object([
            "workflow": text, "input": [:], "context": free,
            "timeoutMs": ["type": "integer", "minimum": 1, "maximum": 120_000],
            "pages": ["type": "integer", "minimum": 1, "maximum": 100],
            "stream": ["type": "boolean"],
        ]),
    ]
}
