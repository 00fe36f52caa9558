import JSON
import Model

/// A change that can't be read: the log was written by something else, or a rule became stricter.
struct ChangeError: Error, Hashable {
    /// What is wrong; holds no values.
    let detail: String
}

/// Reads the members of a change.
struct ChangeFields {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    func value(_ key: String) throws(ChangeError) -> JSONValue {
        guard let value = json[key] else { throw ChangeError(detail: "a change has no \(key)") }
        return value
    }

    func text(_ key: String) throws(ChangeError) -> String {
        guard let text = try value(key).string else {
            throw ChangeError(detail: "a change's \(key) is no text")
        }
        return text
    }

    func number(_ key: String) throws(ChangeError) -> Int64 {
        guard case .integer(let number) = try value(key), number >= 0 else {
            throw ChangeError(detail: "a change's \(key) is no number")
        }
        return number
    }

    func name<Noun>(_ key: String) throws(ChangeError) -> Identifier<Noun> {
        guard let name = Identifier<Noun>(try text(key)) else {
            throw ChangeError(detail: "a change's \(key) is no name")
        }
        return name
    }

    func timestampIfThere(_ key: String) throws(ChangeError) -> Timestamp? {
        json[key] == nil ? nil : try timestamp(key)
    }

    func textIfThere(_ key: String) -> String? { json[key]?.string }

    func nameIfThere<Noun>(_ key: String) throws(ChangeError) -> Identifier<Noun>? {
        json[key] == nil ? nil : try name(key)
    }

    func version() throws(ChangeError) -> ObjectVersion {
        guard let version = ObjectVersion(try value("version")) else {
            throw ChangeError(detail: "a change's version is none")
        }
        return version
    }

    /// Whose audit trail it is; a log that one process keeps names none.
    func writer() throws(ChangeError) -> AuditWriter {
        json["writer"] == nil ? .only : AuditWriter(try text("writer"))
    }

    /// The last record that was removed from an audit trail; nil when none was.
    func removedPoint() throws(ChangeError) -> AuditAnchor.Point? {
        guard json["removedSequence"] != nil else { return nil }
        return AuditAnchor.Point(
            sequence: UInt64(clamping: try number("removedSequence")),
            hash: try text("removedHash")
        )
    }

    func timestamp(_ key: String) throws(ChangeError) -> Timestamp {
        guard let timestamp = Timestamp(try text(key)) else {
            throw ChangeError(detail: "a change's \(key) is no time")
        }
        return timestamp
    }

    func line() throws(ChangeError) -> ConfigLineID {
        ConfigLineID(blueprint: try name("blueprint"), environment: try name("environment"))
    }

    /// What leaves a part of a document without a value.
    private static let unreadable: Set<Issue.Code> = [
        .missingField, .wrongType, .invalidIdentifier, .invalidVersion, .invalidPattern,
    ]

    func document<Value>(
        _ read: (JSONValue, IssueList) -> Value
    ) throws(ChangeError) -> Value {
        // To look for secrets took half the time of a start.
        let issues = IssueList(scansForSecrets: false)
        let value = read(try self.value("object"), issues)
        // Rules may have become stricter since this was written; only what can't be read at all is
        // damage.
        if let issue = issues.issues.first(where: { Self.unreadable.contains($0.code) }) {
            throw ChangeError(
                detail: "an object breaks a rule: \(issue.code.rawValue) at \(issue.pointer)"
            )
        }
        return value
    }

    func stored<Value>(_ value: Value) throws(ChangeError) -> Stored<Value> {
        Stored(
            value,
            revision: UInt64(try number("revision")),
            createdAt: try timestamp("createdAt"),
            updatedAt: try timestamp("updatedAt")
        )
    }

    func configVersion() throws(ChangeError) -> Stored<ConfigVersion> {
        let tenant: TenantID = try name("tenant")
        let config = try document {
            TenantAppConfig(
                reading: $0,
                tenant: tenant,
                line: nil,
                latestVersion: { _ in nil },
                issues: $1
            )
        }
        guard let status = ConfigVersion.Status(rawValue: try text("status")),
            let wasPreviewed = try value("wasPreviewed").bool
        else { throw ChangeError(detail: "a config's status is none") }
        let version = ConfigVersion(
            number: Int(try number("version")),
            config: config,
            status: status,
            origin: json["origin"].flatMap(ConfigVersion.Origin.init(storedJSON:)),
            wasPreviewed: wasPreviewed,
            authors: json["authors"]?.array.map { ContentAuthors($0.compactMap(\.string)) }
        )
        return try stored(version)
    }

    func transition() throws(ChangeError) -> ConfigTransition {
        let fields = ChangeFields(try value("object"))
        return ConfigTransition(
            version: Int(try fields.number("version")),
            from: fields.json["from"]?.string.flatMap(ConfigVersion.Status.init(rawValue:)),
            to: fields.json["to"]?.string.flatMap(ConfigVersion.Status.init(rawValue:)),
            actor: try fields.text("actor"),
            at: try fields.timestamp("at"),
            reason: fields.json["reason"]?.string,
            breakGlass: fields.json["breakGlass"]?.string,
            origin: ConfigVersion.Origin(lineage: fields.json)
        )
    }
}
