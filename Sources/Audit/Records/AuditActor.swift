public import JSON

/// Who did it.
public struct AuditActor: Sendable, Hashable {
    /// What kind of actor it is: `key`, `bootstrap`, `system`.
    public let type: String
    /// Its id, such as the credential's.
    public let id: String
    /// By which way it came, such as `http`; nil when that says nothing.
    public let via: String?
    /// The address it called from, if any.
    public let ip: String?

    /// An actor.
    public init(type: String, id: String, via: String? = nil, ip: String? = nil) {
        self.type = type
        self.id = id
        self.via = via
        self.ip = ip
    }

    /// The server itself, doing the job named.
    public static func system(_ job: String) -> AuditActor { AuditActor(type: "system", id: job) }

    /// The actor as the API writes it.
    public var json: JSONValue {
        var object: JSONObject = ["type": .string(type), "id": .string(id)]
        object["via"] = via.map { .string($0) }
        object["ip"] = ip.map { .string($0) }
        return .object(object)
    }
}

/// What it was done to.
public struct AuditResource: Sendable, Hashable {
    /// The noun, such as `connection`.
    public let type: String
    /// Its id.
    public let id: String

    /// A resource.
    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }

    /// The resource as the API writes it.
    public var json: JSONValue { ["type": .string(type), "id": .string(id)] }
}
