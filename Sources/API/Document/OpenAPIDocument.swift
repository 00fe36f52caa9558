import HTTPWire
public import JSON
import Policy

/// The OpenAPI 3.1 description of the API, made of the table of routes.
public enum OpenAPIDocument {
    /// The document.
    public static let json: JSONValue = make(Routes.all)
    /// The document as text, indented, as the golden file has it.
    static let text = json.prettySerialized() + [0x0A]

    private static func make(_ routes: [Route]) -> JSONValue {
        var paths: JSONObject = [:]
        for route in routes {
            var item = paths[route.path.text]?.object ?? [:]
            item[route.method.rawValue.lowercased()] = .object(operation(route))
            paths[route.path.text] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Bindery", "version": "1",
                "summary": "The integration-binding control plane.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "API key"]
                ],
                "responses": [
                    "Problem": [
                        "description": "An error (RFC 9457).",
                        "content": [
                            "application/problem+json": ["schema": reference("Problem")]
                        ],
                    ]
                ],
                "schemas": .object(OpenAPISchemas.all),
            ],
        ]
    }

    private static func reference(_ schema: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(schema)")]
    }

    private static func operation(_ route: Route) -> JSONObject {
        var operation: JSONObject = [
            "operationId": .string(route.name), "summary": .string(route.summary),
        ]
        switch route.access {
        case .anyone: operation["security"] = []
        case .signature:
            operation["security"] = []
            operation["x-bindery-access"] = "signature"
        case .action(let action), .tenantAction(let action):
            operation["x-bindery-action"] = .string(action.rawValue)
            operation["x-bindery-access"] = route.accessJSON.map { .object($0) }
        }
        operation["x-bindery-audit"] = route.audit.json
        let parameters = parameters(route)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        operation["requestBody"] = requestBody(route.body)
        operation["responses"] = .object(responses(route))
        return operation
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters = route.path.parameters.map { name -> JSONValue in
            ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        for name in route.query + route.knownParameters.subtracting(route.query).sorted() {
            let type: JSONValue =
                switch name {
                case "dryRun": ["type": "boolean"]
                case "atRevision", "from": ["type": "integer", "minimum": 0]
                case "at": ["type": "string", "format": "date-time"]
                case "limit": ["type": "integer", "minimum": 1, "maximum": 500, "default": 50]
                default: ["type": "string"]
                }
            parameters.append(["name": .string(name), "in": "query", "schema": type])
        }
        func header(_ name: String, _ type: String = "string") {
            parameters.append(
                ["name": .string(name), "in": "header", "schema": ["type": .string(type)]]
            )
        }
        if case .object = route.answer, route.method == .get { header("If-None-Match") }
        if route.isWrite { header("If-Match") }
        if route.isWrite, route.method == .post { header("Idempotency-Key") }
        if !route.isAnonymous { header("Bindery-Min-Revision", "integer") }
        if case .text("text/event-stream") = route.answer { header("Last-Event-ID") }
        return parameters
    }

    private static func requestBody(_ body: Route.Body) -> JSONValue? {
        switch body {
        case .none: nil
        case .json(let schema), .lenientJSON(let schema):
            [
                "required": true,
                "content": ["application/json": ["schema": reference(schema)]],
            ]
        case .jsonOrLines(let schema):
            [
                "required": true,
                "content": [
                    "application/json": ["schema": reference(schema)],
                    "application/x-ndjson": ["schema": ["type": "string"]],
                ],
            ]
        case .raw:
            // Any type is taken; these are those that providers send.
            [
                "required": true,
                "content": [
                    "application/json": ["schema": [:]],
                    "application/x-www-form-urlencoded": ["schema": ["type": "object"]],
                ],
            ]
        case .optionalJSON(let schema):
            ["content": ["application/json": ["schema": reference(schema)]]]
        case .mergePatch:
            [
                "required": true,
                "content": [
                    "application/merge-patch+json": ["schema": ["type": "object"]],
                    "application/json": ["schema": ["type": "object"]],
                ],
            ]
        }
    }

    private static func responses(_ route: Route) -> JSONObject {
        var responses: JSONObject = [:]
        func content(_ schema: JSONValue) -> JSONValue { ["application/json": ["schema": schema]] }
        switch route.answer {
        case .object(let schema):
            let content = content(reference(schema))
            responses["200"] = ["description": "Done.", "content": content]
            if route.method == .get { responses["304"] = ["description": "Not modified."] }
        case .created(let schema):
            let content = content(reference(schema))
            responses["201"] = ["description": "Made.", "content": content]
            if route.method == .put {
                responses["200"] = ["description": "Replaced.", "content": content]
            }
        case .page(let schema):
            let page: JSONValue = [
                "type": "object", "required": ["items", "nextCursor"],
                "properties": [
                    "items": ["type": "array", "items": reference(schema)],
                    "nextCursor": ["type": ["string", "null"]],
                ],
            ]
            responses["200"] = ["description": "A page.", "content": content(page)]
        case .nothing: responses["204"] = ["description": "Done."]
        case .nothingUnlessRehearsed(let schema):
            responses["204"] = ["description": "Done."]
            responses["200"] = [
                "description": "With dryRun: what it would do.",
                "content": content(reference(schema)),
            ]
        case .text(let mediaType):
            let content: JSONValue = .object([mediaType: ["schema": ["type": "string"]]])
            responses["200"] = ["description": "Done.", "content": content]
        }
        responses["default"] = ["$ref": "#/components/responses/Problem"]
        return responses
    }
}
