import JSON

extension OpenAPISchemas {
    private static let name: JSONValue = ["type": "string", "minLength": 1, "maxLength": 1024]
    private static let properties: JSONValue = ["type": "object"]
    private static let decision: JSONValue = ["type": "boolean"]

    private static let entity = object(
        ["type": name, "id": name, "properties": properties],
        required: ["type", "id"]
    )
    private static let kind = object(["type": name, "properties": properties], required: ["type"])
    private static let action = object(
        ["name": name, "properties": properties],
        required: ["name"]
    )
    private static let page = object([
        "token": ["type": "string"], "limit": ["type": "integer", "minimum": 0],
    ])

    /// What AuthZEN asks and answers.
    static let accessSchemas: JSONObject = [
        "Entity": object([
            "type": name, "id": name, "attributes": properties,
            "description": ["type": "string"], "metadata": properties,
            "revision": ["type": "integer"],
            "createdAt": ["type": "string", "format": "date-time"],
            "updatedAt": ["type": "string", "format": "date-time"],
        ]),
        "AccessEvaluation": object(
            ["subject": entity, "action": action, "resource": entity, "context": properties],
            required: ["subject", "action", "resource"]
        ),
        "AccessDecision": object(
            ["decision": decision, "context": properties],
            required: ["decision"]
        ),
        // What is no default of its items is said in their places.
        "AccessEvaluations": object([
            "subject": properties, "action": properties, "resource": properties,
            "context": properties, "evaluations": ["type": "array", "maxItems": 1000],
            "options": object([
                "evaluations_semantic": [
                    "enum": ["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
                ]
            ]),
        ]),
        "AccessDecisions": object([
            "evaluations": list(reference("AccessDecision")), "decision": decision,
            "context": properties,
        ]),
        "SubjectSearch": object(
            [
                "subject": kind, "action": action, "resource": entity, "context": properties,
                "page": page,
            ],
            required: ["subject", "action", "resource"]
        ),
        "ResourceSearch": object(
            [
                "subject": entity, "action": action, "resource": kind, "context": properties,
                "page": page,
            ],
            required: ["subject", "action", "resource"]
        ),
        "ActionSearch": object(
            ["subject": entity, "resource": entity, "context": properties, "page": page],
            required: ["subject", "resource"]
        ),
        "SubjectResults": results(entity), "ResourceResults": results(entity),
        "ActionResults": results(action),
        "AccessConfiguration": object(
            [
                "policy_decision_point": ["type": "string", "format": "uri"],
                "access_evaluation_endpoint": ["type": "string", "format": "uri"],
                "access_evaluations_endpoint": ["type": "string", "format": "uri"],
                "search_subject_endpoint": ["type": "string", "format": "uri"],
                "search_resource_endpoint": ["type": "string", "format": "uri"],
                "search_action_endpoint": ["type": "string", "format": "uri"],
            ],
            required: ["policy_decision_point", "access_evaluation_endpoint"]
        ),
    ]

    private static func results(_ item: JSONValue) -> JSONValue {
        object(
            [
                "results": list(item),
                "page": object(
                    ["next_token": ["type": "string"], "count": ["type": "integer"]],
                    required: ["next_token"]
                ),
            ],
            required: ["results", "page"]
        )
    }
}
