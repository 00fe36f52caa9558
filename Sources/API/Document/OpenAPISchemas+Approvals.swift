import Commands
import JSON
import Model

extension OpenAPISchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let textOrNull: JSONValue = ["type": ["string", "null"]]
    private static let integerOrNull: JSONValue = ["type": ["integer", "null"]]
    private static let timeOrNull: JSONValue = [
        "type": ["string", "null"], "format": "date-time",
    ]
    private static let actor = object(["type": text, "id": text], required: ["type", "id"])
    private static let comment: JSONValue = [
        "type": "string", "maxLength": .integer(Int64(ChangeRequest.commentByteCountMax)),
    ]
    private static let status: JSONValue = [
        "enum": .array(ChangeRequest.Status.allCases.map { .string($0.rawValue) })
    ]

    private static let reason: JSONValue = [
        "type": "string",
        "minLength": .integer(Int64(BreakGlassRule.reasonLength.lowerBound)),
        "maxLength": .integer(Int64(BreakGlassRule.reasonLength.upperBound)),
    ]

    /// What guards the way to a live config.
    static let approvals: JSONObject = [
        "ApprovalPolicy": object(
            [
                "environments": [
                    "type": "object",
                    "additionalProperties": object(
                        [
                            "required": [
                                "type": "integer", "minimum": 0,
                                "maximum": .integer(
                                    Int64(ApprovalPolicy.requiredRange.upperBound)
                                ),
                            ]
                        ],
                        required: ["required"]
                    ),
                ],
                "description": text, "reason": reason, "loweredReason": text,
                "revision": integer, "createdAt": time, "updatedAt": time,
            ],
            required: ["environments"]
        ),
        "NewChangeRequest": object(
            [
                "blueprint": text, "environment": text, "version": integer,
                "title": [
                    "type": "string", "minLength": 1,
                    "maxLength": .integer(Int64(ChangeRequest.titleByteCountMax)),
                ], "description": text, "publishAt": time,
            ],
            required: ["blueprint", "environment", "version", "title"]
        ),
        "ChangeRequest": changeRequest,
        "Comment": object(["comment": comment]),
        "Approval": object(
            ["comment": comment, "contentDigest": ["type": "string", "maxLength": 80]],
            required: ["contentDigest"]
        ),
        "Rejection": object(["comment": comment], required: ["comment"]),
        "Schedule": object(["comment": comment, "publishAt": timeOrNull]),
        "BreakGlass": object(
            ["reason": reason],
            required: ["reason"]
        ),
        "Publication": object([
            "changeSummary": text, "reason": text, "breakGlass": reference("BreakGlass"),
        ]),
        "GateVerdict": object(
            [
                "gate": [
                    "enum": [
                        "VALIDATION", "CONNECTIONS", "HEALTH", "SECRETS", "ENVIRONMENTS",
                        "AMBIGUITY", "PREVIEW", "APPROVALS",
                    ]
                ],
                "verdict": ["enum": ["passed", "notRequired", "skipped", "failed", "pending"]],
                "required": integer, "approvals": integer, "changeRequest": text,
                "reason": text, "issueCount": integer, "temporary": ["type": "boolean"],
                "issues": list(
                    object(["code": text, "pointer": text], required: ["code", "pointer"])
                ),
            ],
            required: ["gate", "verdict"]
        ),
    ]

    private static let step = object([
        "step": textOrNull, "from": textOrNull, "to": status, "actor": actor,
        "at": time, "comment": textOrNull,
    ])

    private static let changeRequest = object(
        [
            "id": text, "tenantId": text, "blueprint": text, "environment": text,
            "version": integer, "title": text, "description": textOrNull, "status": status,
            "author": actor, "submittedBy": ["type": ["object", "null"]],
            "publishAt": timeOrNull, "contentDigest": textOrNull, "baseVersion": integerOrNull,
            "publishedVersion": integerOrNull, "conflict": ["type": "boolean"],
            "requiredApprovals": integer, "countedApprovals": integer,
            "approvals": list(object(["actor": actor, "at": time, "comment": textOrNull])),
            "historyCount": integer, "lastStep": step, "history": list(step),
            "lastFailure": ["type": ["object", "null"]], "revision": integer,
            "createdAt": time, "updatedAt": time, "gates": list(reference("GateVerdict")),
            "report": ["type": "object"], "access": list(["type": "object"]),
        ],
        required: ["id", "blueprint", "environment", "version", "title", "status"]
    )
}
