import HTTPWire
import JSON

@testable import API
@testable import Commands

/// Two tenants, of which one, and the platform, have marked all that they could give a name: whatever
/// another tenant is answered may not hold a mark.
struct LeakWorld {
    /// Stands in everything that is the marked tenant's or the platform's, and in nothing else.
    static let mark = "zqx"
    static let victim = "zqx-corp"
    static let own = "acme-corp"
    static let line = "configs/invoice-app/sandbox"

    let api: TestAPI
    /// Ids and revisions that the server gave to what is marked.
    private(set) var marks: [String] = [mark]
    /// Answers that the marked tenant had, by their target.
    private(set) var keys: [String: String] = [:]

    init() async throws {
        api = try await TestAPI { $0.decisions.extent = .all }
        try await api.putSpecs()
        try await api.putTenant(Self.own)
        try await api.must(.delete, "/v1/tenants/\(Self.own)/policies/no-agents")
        try await api.must(.put, "/v1/tenants/\(Self.own)/entities/user/alice", ["attributes": [:]])
        try await putVictim()
        try await putPlatform()
        for role in ["tenant-admin", "tenant-viewer", "runtime", "auditor"] {
            keys[role] = try await api.key(role, tenant: Self.own)
        }
    }

    private mutating func putVictim() async throws {
        let path = "/v1/tenants/\(Self.victim)"
        var connection = SampleObjects.connection("zqx-conn").object ?? [:]
        connection["description"] = "zqx-description"
        connection["metadata"] = ["note": "zqx-metadata"]
        connection["tags"] = ["zqx-tag"]
        connection["config"] = ["accountId": "zqx-account"]
        connection["secretRef"] = "env://BINDERY_SECRET_ZQX"
        try await api.must(.post, "\(path)/connections", .object(connection))
        var config = SampleObjects.config("zqx-conn").object ?? [:]
        config["notes"] = ["zqx-note"]
        config["description"] = "zqx-config"
        config["branding"] = ["customDomain": "pay.example.com"]
        var binding = config["integrations"]?.array?.first?.object ?? [:]
        binding["scope"] = ["workflows": ["zqx-workflow", "checkout"]]
        config["integrations"] = [.object(binding)]
        try await api.must(.post, "\(path)/\(Self.line)/versions", .object(config))
        try await api.must(
            .post,
            "\(path)/\(Self.line)/versions/1/publish",
            ["changeSummary": "zqx-summary"]
        )
        let rule: JSONValue = [
            "effect": "forbid", "description": "zqx-rule", "match": ["workflows": ["zqx-*"]],
        ]
        try await api.must(.put, "\(path)/policies/zqx-rule", rule)
        let entity: JSONValue = ["attributes": ["department": "zqx-department"]]
        try await api.must(.put, "\(path)/entities/user/zqx-alice", entity)
        try await api.must(.put, "\(path)/secrets/zqx-secret", ["value": "zqx-value"])
        let key = try await api.must(
            .post,
            "\(path)/keys",
            [
                "name": "zqx-key", "roles": ["tenant-admin"], "environments": ["*"],
                "workflows": ["*"],
            ]
        )
        keys["victim"] = key.json["key"]?.string
        marks += [key.json["id"]?.string].compactMap { $0 }
        // A denial and a decision for the marked tenant's own trail.
        _ = try await api.send(.get, "/v1/tenants", key: keys["victim"])
        _ = try await api.send(
            .post,
            "\(path)/\(Self.line)/explain",
            ["capability": "payments.charge", "workflow": "zqx-workflow"],
            key: keys["victim"]
        )
        let records = try await api.must(.get, "\(path)/audit?limit=500").json["items"]?.array ?? []
        marks += records.compactMap { $0["id"]?.string }
    }

    /// The platform's rules deny one workflow of everybody, by calls and by attributes.
    private mutating func putPlatform() async throws {
        let calls: JSONValue = [
            "effect": "forbid", "description": "zqx-platform", "match": ["workflows": ["blocked"]],
        ]
        try await api.must(.put, "/v1/policies/zqx-over-calls", calls)
        let attributes: JSONValue = [
            "effect": "forbid",
            "match": ["subjectTypes": ["user"], "actions": ["*"], "resourceTypes": ["document"]],
            "when": ["eq": [["attr": "resource.secret"], "zqx-value"]],
        ]
        try await api.must(.put, "/v1/policies/zqx-over-attributes", attributes)
        let permit: JSONValue = [
            "effect": "permit",
            "match": ["subjectTypes": ["user"], "actions": ["*"], "resourceTypes": ["document"]],
            "when": ["eq": [["attr": "subject.department"], "zqx-department"]],
        ]
        try await api.must(.put, "/v1/policies/zqx-permit", permit)
        let key = try await api.must(.post, "/v1/keys", ["name": "zqx", "roles": ["auditor"]])
        marks += [key.json["id"]?.string].compactMap { $0 }
    }

    /// The marks that an answer has and its request does not.
    func leaks(_ answer: TestAnswer, to request: String) -> [String] {
        let head = answer.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        return leaks("\(head)\n\(answer.text)", to: request)
    }

    func leaks(_ text: String, to request: String) -> [String] {
        // What the request says itself is no secret to who sent it.
        var text = text.lowercased()
        for word in Self.words(of: request.lowercased()) where word.contains(Self.mark) {
            text = text.replacing(word, with: "")
        }
        return marks.filter { !request.contains($0) && text.contains($0.lowercased()) }
            + (text.contains(Self.mark) ? [Self.mark] : [])
    }

    private static func words(of text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init)
    }
}
