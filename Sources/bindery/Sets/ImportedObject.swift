import JSON
import Model

/// An object as others write it, in the form of `apply`.
struct ImportedObject {
    /// What a connection's status elsewhere is here; one that does not work begins as a draft.
    private static let statuses = [
        "connected": "active", "disconnected": "draft", "error": "draft", "unknown": "draft",
    ]

    /// The object, in the form of `apply`.
    private(set) var json: JSONValue
    /// What was changed of its meaning, a line each.
    private(set) var notes: [String] = []

    /// Reads an entry; `tenant` is whose it is when nothing says it.
    init(_ entry: ObjectEntry, tenant: TenantID?) {
        var object = entry.object.object ?? [:]
        var envelope = entry.json.object ?? [:]
        if entry.kind.hasTenant == true, envelope["tenantId"] == nil {
            envelope["tenantId"] = tenant.map { .string($0.text) }
        }
        json = .null
        switch entry.kind {
        case .connection: mapStatus(&object, at: entry.place)
        case .blueprint: object["meta"] = object["meta"].map(Self.named)
        case .config: object["meta"] = object["meta"].map(Self.pointing)
        case .spec, .entity, .policy, .policyTest: break
        }
        if let kept = envelope["tenantId"] {
            // A kind before its owner, the owner before the object: the layout of an export.
            json = [
                "kind": .string(entry.kind.rawValue), "tenantId": kept, "object": .object(object),
            ]
        } else {
            json = ["kind": .string(entry.kind.rawValue), "object": .object(object)]
        }
    }

    private mutating func mapStatus(_ object: inout JSONObject, at place: ObjectPlace) {
        guard let status = object["status"]?.string, let own = Self.statuses[status] else { return }
        object["status"] = .string(own)
        let advice = own == "active" ? "" : ": test it, then resume it"
        notes.append("\(place.inObject("/status")): \(status) becomes \(own)\(advice)")
    }

    /// A blueprint is named by name.
    private static func named(_ meta: JSONValue) -> JSONValue {
        guard var object = meta.object, object["name"] == nil, let key = object["key"] else {
            return meta
        }
        object["key"] = nil
        object["name"] = key
        return .object(object)
    }

    /// A config names its blueprint by two members.
    private static func pointing(_ meta: JSONValue) -> JSONValue {
        guard var object = meta.object else { return meta }
        let pointer = object["blueprint"]
        let name = object["blueprintKey"] ?? pointer?["name"] ?? pointer?["key"]
        guard object["blueprintName"] == nil, let name else { return meta }
        object["blueprintKey"] = nil
        object["blueprint"] = nil
        object["blueprintName"] = name
        if let version = pointer?["version"] { object["blueprintVersion"] = version }
        return .object(object)
    }
}
