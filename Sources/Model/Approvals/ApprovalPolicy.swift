public import JSON

/// How many approvals of others a config needs before it goes live, for each environment of a tenant.
public struct ApprovalPolicy: DocumentNoun {
    /// How many approvals an environment may ask for; 0 asks for none.
    public static let requiredRange = 0...10
    /// The most environments that a policy names.
    public static let environmentCountMax = 100
    /// How long the reason for asking for less is, in Unicode scalars.
    public static let reasonLength = 10...1000

    /// The approvals that an environment asks for; none where it is not named.
    public let required: [EnvironmentName: Int]
    /// The document: `environments`, `description`.
    public let document: StoredDocument
    /// Why it asks for less than the one before it; nil when it does not.
    ///
    /// No part of the document, or whoever reads, edits and writes a policy would give an old reason
    /// for a new lowering.
    public var loweredReason: String?

    private static let serverOwned = ["createdAt", "updatedAt", "revision", "loweredReason"]

    /// Reads a policy; errors go to `issues`.
    public init(reading json: JSONValue, issues: IssueList) {
        let members = Set(["environments", "description", "reason"] + Self.serverOwned)
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
        loweredReason = Self.reason(reader)
        SecretScan.scan(json, at: .root, issues: issues)
        required = Dictionary(pairs ?? []) { first, _ in first }
        var object = reader.object
        for member in Self.serverOwned + ["reason"] { object[member] = nil }
        document = StoredDocument(object)
    }

    /// The member `reason` of a body; nil when it is absent or wrong.
    private static func reason(_ reader: ObjectReader) -> String? {
        let byteCountMax = reasonLength.upperBound * 4
        guard let text = reader.string("reason", byteCountMax: byteCountMax) else { return nil }
        guard isReason(text) else {
            reader.error(.invalidValue, "reason", reasonWords)
            return nil
        }
        return text
    }

    /// What a reason has to be, in words.
    public static let reasonWords =
        "must be \(reasonLength.lowerBound) to \(reasonLength.upperBound) characters"

    /// Whether a text is long enough to be a reason, and not too long.
    public static func isReason(_ text: String) -> Bool {
        reasonLength.contains(text.unicodeScalars.count)
    }

    /// The environments that ask for less than they did, by name; with nil for a policy that is gone.
    public static func lowered(
        from old: ApprovalPolicy?,
        to new: ApprovalPolicy?
    )
        -> [EnvironmentName]
    {
        (old?.required ?? [:]).filter { $0.value > new?.required(in: $0.key) ?? 0 }.keys.sorted()
    }

    /// How many approvals the environment asks for.
    public func required(in environment: EnvironmentName) -> Int { required[environment] ?? 0 }
}

extension Stored<ApprovalPolicy> {
    /// The policy as the API writes it.
    public var json: JSONObject {
        var object = value.document.object
        object["loweredReason"] = value.loweredReason.map { .string($0) }
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
