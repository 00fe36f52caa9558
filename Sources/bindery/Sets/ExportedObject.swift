import JSON
import Model
import Platform

/// An object of an export, in the one layout that it is written in.
struct ExportedObject: Sendable {
    private let json: JSONValue
    /// The file that it is written to, below the export's folder.
    let path: String

    /// Reads a line of an export.
    ///
    /// - Throws: A failure when it is none: a path is made of names that are names alone.
    init(_ line: some Sequence<UInt8>) throws(CommandFailure) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(line))
        } catch {
            throw .failed("the answer is no export: \(error.detail)")
        }
        guard let object = ExportedObject(json) else {
            throw .failed("the answer is no export: it has an object without a known kind and name")
        }
        self = object
    }

    /// An object in the form of `apply`; nil for one without a known kind and name.
    init?(_ json: JSONValue) {
        guard let path = Self.path(json) else { return nil }
        self.json = json.sortedByName
        self.path = path
    }

    /// The object in a line.
    var line: String { json.serializedText + "\n" }

    /// The object as a file.
    var file: [UInt8] { json.prettySerialized() + [0x0A] }

    private static func path(_ json: JSONValue) -> String? {
        guard let kind = json["kind"]?.string.flatMap(ObjectKind.init), let object = json["object"]
        else { return nil }
        let meta = object["meta"]
        let owner = json["tenantId"]?.string
        guard owner == nil || owner.flatMap(TenantID.init) != nil else { return nil }
        let tenant = owner.map { "tenants/\($0)/" }
        switch kind {
        case .spec, .blueprint:
            guard let key = name(meta?["key"] ?? meta?["name"]),
                let version = version(meta?["version"])
            else { return nil }
            return "\(kind == .spec ? "specs" : "blueprints")/\(key)@\(version).json"
        case .connection:
            guard let tenant, let id = name(meta?["id"]) else { return nil }
            return "\(tenant)connections/\(id).json"
        case .config:
            guard let tenant, let blueprint = name(meta?["blueprintName"]),
                let environment = name(meta?["environment"])
            else { return nil }
            return "\(tenant)configs/\(blueprint)/\(environment).json"
        case .entity:
            guard let tenant, let type = object["type"]?.string, let id = object["id"]?.string,
                let key = EntityKey(type: type, id: id)
            else { return nil }
            return "\(tenant)entities/\(key.type)/\(fileName(key.id)).json"
        case .policyTest: return nil
        case .policy:
            guard let id = name(object["id"]) else { return nil }
            return "\(tenant ?? "")policies/\(id).json"
        }
    }

    /// The longest id that names its file as it is, in bytes: file systems take names of 255, and a
    /// draft's is longer than its file's.
    private static let fileNameByteCountMax = 200

    /// What names the file of an id, which may be longer than a file's name: its start and its digest,
    /// with a character between them that is in no id.
    private static func fileName(_ id: String) -> String {
        guard id.utf8.count > fileNameByteCountMax else { return id }
        let digest = Hex.encode(Digest.sha256(Array(id.utf8)).prefix(16))
        return "\(id.prefix(fileNameByteCountMax - 2 * 16 - 1))%\(digest)"
    }

    private static func name(_ value: JSONValue?) -> String? {
        guard let text = value?.string, IdentifierRule.isIdentifier(text.utf8) else { return nil }
        return text
    }

    private static func version(_ value: JSONValue?) -> String? {
        if let number = value?.integer { return "\(number)" }
        // A SemVer has characters of names, and plus.
        guard let text = value?.string,
            IdentifierRule.isIdentifier(text.replacing("+", with: "-").utf8)
        else { return nil }
        return text
    }
}

extension JSONValue {
    /// The same value with the members of all its objects in the order of their names.
    fileprivate var sortedByName: JSONValue {
        switch self {
        case .array(let items): .array(items.map(\.sortedByName))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                        .map { ($0.key, $0.value.sortedByName) }
                )
            )
        default: self
        }
    }
}
