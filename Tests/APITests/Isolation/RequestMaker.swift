import HTTPWire
import JSON
import Policy

@testable import API

/// Makes a request of any route: about one tenant, in one environment, that would succeed if the
/// caller might send it.
///
/// It knows ids by the collection that they stand in, and bodies by their schema. A route that it
/// can't fill is an error, so that no new one is left out of the tests that ask them all.
struct RequestMaker {
    /// A request, ready to be sent.
    struct Request {
        let method: HTTPMethod
        let path: String
        let query: String
        let body: JSONValue?

        var target: String { query.isEmpty ? path : "\(path)?\(query)" }
    }

    /// What stands in no request's own words.
    struct Unfilled: Error, CustomStringConvertible {
        let route: String
        let what: String
        var description: String { "\(route): nobody says what to send for \(what)" }
    }

    /// Ids that the server gave, by collection and environment.
    struct Given {
        var keys: [String: String] = [:]
        var platformKeys: [String: String] = [:]
        var audit: [String: String] = [:]
        var deliveries: [String: String] = [:]
        /// By environment and status, such as `sandbox/Draft`.
        var changeRequests: [String: String] = [:]
    }

    let tenant: String
    let environment: String
    let given: Given
    var workflow = "checkout"

    func request(_ route: Route) throws -> Request {
        var query: [String] = []
        if route.query.contains("tenant") { query.append("tenant=\(tenant)") }
        if route.query.contains("from") { query.append("from=0") }
        if route.query.contains("to") { query.append("to=9") }
        if route.query.contains("against") { query.append("against=\(goal)") }
        if case .page = route.answer {
            // Of a list the parameter is a filter.
            query.append("limit=500")
        } else if route.query.contains("workflow"), route.name != "exportAudit" {
            // An export of one workflow would leave out what is looked for.
            query.append("workflow=\(workflow)")
        }
        if route.isWrite { query.append("dryRun=true") }
        return Request(
            method: route.method,
            path: try path(route),
            query: query.joined(separator: "&"),
            body: try body(route)
        )
    }

    // MARK: The path

    private func path(_ route: Route) throws -> String {
        var path = ""
        var collection = ""
        for segment in route.path.segments {
            switch segment {
            case .literal(let text):
                collection = text
                path += "/\(text)"
            case .parameter(let name):
                guard let value = value(name, collection, route) else {
                    throw Unfilled(route: route.name, what: "{\(name)} of \(collection)")
                }
                path += "/\(value)"
            }
        }
        return path
    }

    private func value(_ name: String, _ collection: String, _ route: Route) -> String? {
        switch (name, collection) {
        case ("tenant", _): tenant
        case ("env", _): environment
        case ("blueprint", _), ("name", "blueprints"): "invoice-app"
        case ("key", "integrations"): "payments.test"
        // What is used is of the first version; configs may go over to the ninth of the blueprint.
        case ("version", _) where ["upgrade", "usage"].contains { route.path.text.hasSuffix($0) }:
            "1"
        // The spec and the blueprint of this version are used by nobody.
        case ("version", _): "9"
        case ("capability", _): "payments.charge"
        case ("workflow", _): workflow
        case ("operation", _): "payments.test.charge"
        // The first version is published, the second a draft.
        case ("n", _): route.name == "archiveConfig" ? "1" : "2"
        case ("a", _): "1"
        case ("b", _): "2"
        case ("type", "entities"): "user"
        case ("id", "entities"): "alice"
        case ("name", "secrets"): "stripe"
        // What a live config binds can't be removed.
        case ("id", "connections"):
            "\(route.name == "deleteConnection" ? "spare" : "conn")-\(environment)"
        case ("id", "policies"): "rule-\(environment)"
        case ("id", "keys"):
            route.path.parameters.contains("tenant")
                ? given.keys[environment] : given.platformKeys[environment]
        case ("id", "webhooks"): "hook-\(environment)"
        case ("delivery", "deliveries"): given.deliveries[environment]
        case ("id", "change-requests"): given.changeRequests["\(environment)/\(status(route))"]
        case ("id", "audit"): given.audit[environment]
        default: nil
        }
    }

    /// Where a change request stands of which the route may ask what it asks.
    private func status(_ route: Route) -> String {
        switch route.name {
        case "approveChangeRequest", "rejectChangeRequest": "InReview"
        case "scheduleChangeRequest", "applyChangeRequest": "Approved"
        default: "Draft"
        }
    }

    // MARK: The body

    private func body(_ route: Route) throws -> JSONValue? {
        let schema: String
        switch route.body {
        case .none: return nil
        case .raw: return ["type": "unsigned"]
        case .mergePatch: return ["description": "another one"]
        case .json(let name), .optionalJSON(let name), .lenientJSON(let name),
            .jsonOrLines(let name):
            schema = name
        }
        guard let body = body(schema, route) else {
            throw Unfilled(route: route.name, what: "a body of \(schema)")
        }
        return body
    }

    private func body(_ schema: String, _ route: Route) -> JSONValue? {
        switch schema {
        case "ApprovalPolicy": approvalPolicy
        case "NewChangeRequest": changeRequest
        case "Comment", "Publication": [:]
        case "Approval":
            ["contentDigest": .string(given.changeRequests["\(environment)/digest"] ?? "none")]
        case "Rejection": ["comment": "no"]
        case "Schedule": ["publishAt": .string(ChangeRequestLifeTests.time(in: 3600))]
        case "NewSecret": ["value": "another one"]
        case "IntegrationSpec": Self.versioned(SampleObjects.spec)
        case "AppBlueprintSpec": Self.versioned(SampleObjects.blueprint)
        case "IntegrationConnection":
            SampleObjects.connection(
                route.method == .post ? "conn-new" : "conn-\(environment)",
                environment: environment
            )
        case "TenantAppConfig": SampleObjects.config("conn-\(environment)")
        case "PolicyRule": rule(route.method == .post ? "rule-new" : "rule-\(environment)")
        case "Credential": key(isGlobal: !route.path.parameters.contains("tenant"))
        case "Entity": ["attributes": ["department": "sales"]]
        case "Webhook": webhook(route.method == .post ? "hook-new" : "hook-\(environment)")
        case "Reason", "ChangeSummary", "WebhookSecretRotation": [:]
        case "Rollback": ["toVersion": 1]
        case "Connect": [:]
        case "Rotation": ["secretRef": "env://BINDERY_SECRET_B"]
        case "Promotion":
            ["to": .string(goal), "connections": ["conn-\(environment)": .string("conn-\(goal)")]]
        case "Explain": ["capability": "payments.charge", "workflow": .string(workflow)]
        case "Execution": ["workflow": .string(workflow)]
        case "Simulation": ["changes": [], "calls": [], "replay": ["last": 100]]
        case "UpgradeRun": ["to": 9]
        case "Set": set
        case "AccessEvaluation", "AccessEvaluations", "SubjectSearch", "ResourceSearch",
            "ActionSearch":
            question
        default: nil
        }
    }

    /// The other environment of requests that are about two.
    var goal: String { environment == "staging" ? "sandbox" : "staging" }

    private var question: JSONValue {
        Access.question(
            Access.workflow(workflow, tenant: tenant, environment: environment),
            "payments.test.charge",
            Access.entity("connection", "conn-\(environment)")
        )
    }

    private var approvalPolicy: JSONValue {
        let required: JSONObject = [environment: ["required": 2]]
        return ["environments": .object(required)]
    }

    private var changeRequest: JSONValue {
        [
            "blueprint": "invoice-app", "environment": .string(environment), "version": 2,
            "title": "another one",
        ]
    }

    private var set: JSONValue {
        [
            "objects": [
                [
                    "kind": "IntegrationConnection", "tenantId": .string(tenant),
                    "object": SampleObjects.connection(
                        "conn-\(environment)",
                        environment: environment
                    ),
                ]
            ]
        ]
    }

    private func rule(_ id: String) -> JSONValue {
        [
            "id": .string(id), "effect": "forbid",
            "match": ["workflows": ["nobody"], "environments": [.string(environment)]],
        ]
    }

    private func webhook(_ id: String) -> JSONValue {
        [
            "id": .string(id), "url": "https://alerts.example/hook",
            "environments": [.string(environment)],
        ]
    }

    private func key(isGlobal: Bool) -> JSONValue {
        [
            "roles": [isGlobal ? "auditor" : "runtime"], "environments": [.string(environment)],
            "workflows": [.string(workflow)],
        ]
    }

    private static func versioned(_ sample: JSONValue) -> JSONValue {
        var object = sample.object ?? [:]
        var meta = object["meta"]?.object ?? [:]
        meta["version"] = 9
        object["meta"] = .object(meta)
        return .object(object)
    }
}
