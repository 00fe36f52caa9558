public import JSON

/// How many approvals of others a config needs before it goes live, for each environment of a tenant.
public struct ApprovalPolicy: DocumentNoun {
    /// How many approvals an environment may ask for; 0 asks for none.
    public static let requiredRange = 0...10
    /// The most environments that a policy names.
    public static let environmentCountMax = 100

    /// The approvals that an environment asks for; none where it is not named.
    public let required: [EnvironmentName: Int]
    /// The document: `environments`, `description`.
    public let document: StoredDocument

    private static let serverOwned = ["createdAt", "updatedAt", "revision"]

    /// Reads a policy; errors go to `issues`.
    public init(reading json: JSONValue, issues: IssueList) {
        let members = Set(["environments", "description"] + Self.serverOwned)
        let reader = ObjectReader(json, at: .root, issues: issues, members: members)
        reader.require("environments")
        let pairs = reader.map(
            "environments",
            keyedBy: EnvironmentName.self,
            countMax: Self.environmentCountMax
        ) { name, value, place -> (EnvironmentName, Int)? in
            let entry = ObjectReader(value, at: place, issues: issues, members: ["required"])
            entry.require("required")
            return entry.integer("required", in: Self.requiredRange).map { (name, $0) }
        }
        _ = reader.string("description")
        SecretScan.scan(json, at: .root, issues: issues)
        required = Dictionary(pairs ?? []) { first, _ in first }
        var object = reader.object
        for member in Self.serverOwned { object[member] = nil }
        document = StoredDocument(object)
    }

    /// How many approvals the environment asks for.
    public func required(in environment: EnvironmentName) -> Int { required[environment] ?? 0 }
}

extension Stored<ApprovalPolicy> {
    /// The policy as the API writes it.
    public var json: JSONObject {
        var object = value.document.object
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
