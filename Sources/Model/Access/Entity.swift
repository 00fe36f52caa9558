public import JSON

/// A subject or a resource of a tenant that rules know by its attributes: a user, a record.
public struct Entity: DocumentNoun {
    /// The most entities of one tenant.
    public static let countMax = 10_000
    /// The most bytes of one entity's attributes, as JSON.
    public static let attributeByteCountMax = 16 << 10
    /// The types that are parts of configs, and so are no entities of their own.
    public static let builtInTypes: Set<String> = ["workflow", "connection", "capability", "slot"]

    /// Its type and id.
    public let key: EntityKey
    /// What rules know of it.
    public let attributes: JSONObject
    /// The document.
    public let document: StoredDocument

    private static let members: Set<String> = [
        "type", "id", "attributes", "description", "metadata", "revision", "createdAt", "updatedAt",
    ]

    /// Reads an entity; the path says its key.
    ///
    /// - Throws: `InvalidDocument` with every error found.
    public init(_ json: JSONValue, key: EntityKey) throws(InvalidDocument) {
        let issues = IssueList()
        let entity = Self(reading: json, key: key, issues: issues)
        try issues.throwErrors()
        self = entity
    }

    /// Reads an entity, whose key is in its body when the path does not say it.
    public init(reading json: JSONValue, key: EntityKey?, issues: IssueList) {
        let reader = ObjectReader(json, at: .root, issues: issues, members: Self.members)
        let key = Self.key(reader, key)
        self.key = key
        if Self.builtInTypes.contains(key.type) {
            let detail =
                "is of configs: workflows, connections, capabilities and slots are written there"
            reader.error(.invalidValue, "type", detail)
        }
        let attributes = reader.freeObject("attributes") ?? [:]
        self.attributes = attributes
        if JSONValue.object(attributes).serialized().count > Self.attributeByteCountMax {
            let detail = "must be at most \(Self.attributeByteCountMax) bytes of JSON"
            reader.error(.limitExceeded, "attributes", detail)
        }
        for name in ["type", "id"] where attributes.contains(name) {
            let detail = "type and id are the entity's own: name the attribute otherwise"
            issues.error(.invalidValue, at: reader.place("attributes").appending(name), detail)
        }
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
        SecretScan.scan(json, at: .root, issues: issues)
        var object: JSONObject = ["type": .string(key.type), "id": .string(key.id)]
        object["attributes"] = .object(attributes)
        object["description"] = reader.value("description")
        object["metadata"] = reader.value("metadata")
        self.document = StoredDocument(object)
    }

    private static func key(_ reader: ObjectReader, _ path: EntityKey?) -> EntityKey {
        let type = reader.value("type")
        let id = reader.value("id")
        if let path {
            for (name, given, own) in [("type", type, path.type), ("id", id, path.id)] {
                guard let given, given.string != own else { continue }
                reader.error(.pathMismatch, name, "must agree with the path")
            }
            return path
        }
        guard let type = type?.string, let id = id?.string, let key = EntityKey(type: type, id: id)
        else {
            reader.error(.invalidIdentifier, "id", EntityKey.words)
            return EntityKey(checkedType: "invalid", id: "invalid")
        }
        return key
    }
}

/// The type and the id of an entity, unique within its tenant.
public struct EntityKey: Sendable, Hashable, Comparable {
    /// The longest id, in bytes.
    public static let idByteCountMax = 256
    /// The rule in words, for errors.
    public static let words =
        "a type must be \(IdentifierRule.words); an id 1 to 256 of A-Z a-z 0-9 . _ - ~ @ : + =, "
        + "the first a letter or digit"

    /// The type, such as `user`.
    public let type: String
    /// The id, such as `alice@example.com`.
    public let id: String

    /// Checks and wraps a key; nil when type or id are out of their alphabets.
    public init?(type: String, id: String) {
        guard IdentifierRule.isIdentifier(type.utf8), Self.isID(id.utf8) else { return nil }
        self.type = type
        self.id = id
    }

    init(checkedType type: String, id: String) {
        self.type = type
        self.id = id
    }

    /// The alphabet needs no escape in a path, and has one way to be written.
    private static func isID(_ bytes: String.UTF8View) -> Bool {
        guard let first = bytes.first, bytes.count <= idByteCountMax else { return false }
        return IdentifierRule.isAlphanumeric(first)
            && bytes.allSatisfy { byte in
                IdentifierRule.isInAlphabet(byte) || "~@:+=".utf8.contains(byte)
            }
    }

    /// Type and id, such as `user/alice`; no two keys have the same.
    public var text: String { "\(type)/\(id)" }

    /// By type, then by id.
    public static func < (left: EntityKey, right: EntityKey) -> Bool {
        left.type == right.type ? left.id < right.id : left.type < right.type
    }
}

extension Stored<Entity> {
    /// The entity as the API writes it.
    public var json: JSONObject {
        var object = value.document.object
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
