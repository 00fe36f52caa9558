import JSON
import Model

extension Change {
    /// Reads what `write` wrote.
    ///
    /// - Throws: `ChangeError` with what is wrong, for the operator.
    init(_ json: JSONValue) throws(ChangeError) {
        let fields = ChangeFields(json)
        let kind = try fields.text("kind")
        let action = try fields.text("action")
        switch (kind, action) {
        case ("spec", "put"):
            let spec = try fields.document { IntegrationSpec(reading: $0, id: nil, issues: $1) }
            self = .putSpec(try fields.stored(spec))
        case ("spec", "remove"):
            self = .removeSpec(SpecID(key: try fields.name("id"), version: try fields.version()))
        case ("blueprint", "put"):
            let blueprint = try fields.document { Blueprint(reading: $0, id: nil, issues: $1) }
            self = .putBlueprint(try fields.stored(blueprint))
        case ("blueprint", "remove"):
            let id = BlueprintID(name: try fields.name("id"), version: try fields.version())
            self = .removeBlueprint(id)
        case ("connection", "put"):
            let connection = try fields.document {
                Connection(reading: $0, tenant: nil, id: nil, issues: $1)
            }
            self = .putConnection(try fields.stored(connection))
        case ("connection", "remove"):
            self = .removeConnection(try fields.name("tenant"), try fields.name("id"))
        case ("policy", "put"):
            let rule = try fields.document { PolicyRule(reading: $0, id: nil, issues: $1) }
            self = .putPolicy(try fields.nameIfThere("tenant"), try fields.stored(rule))
        case ("policy", "remove"):
            self = .removePolicy(try fields.nameIfThere("tenant"), try fields.name("id"))
        default:
            self = try Self.readRest(kind, action, fields)
        }
    }

    private static func readRest(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change {
        switch (kind, action) {
        case ("key", "put"):
            guard let key = Credential(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "an API key can't be read")
            }
            return .putCredential(try fields.stored(key))
        case ("entity", "put"):
            let entity = try fields.document { Entity(reading: $0, key: nil, issues: $1) }
            return .putEntity(try fields.name("tenant"), try fields.stored(entity))
        case ("entity", "remove"):
            let key = EntityKey(type: try fields.text("type"), id: try fields.text("id"))
            guard let key else { throw ChangeError(detail: "an entity's key is none") }
            return .removeEntity(try fields.name("tenant"), key)
        case ("key", "remove"): return .removeCredential(try fields.name("id"))
        case ("health", "put"):
            guard let health = ConnectionHealth(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a connection's health can't be read")
            }
            return .putHealth(try fields.name("tenant"), try fields.name("id"), health)
        case ("overlap", "put"):
            guard let overlap = SecretOverlap(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a connection's overlap can't be read")
            }
            return .putOverlap(try fields.name("tenant"), try fields.name("id"), overlap)
        case ("overlap", "remove"):
            return .removeOverlap(try fields.name("tenant"), try fields.name("id"))
        case ("config", "put"): return .putConfigVersion(try fields.configVersion())
        case ("config", "remove"):
            let number = Int(try fields.number("version"))
            return .removeConfigVersion(try fields.name("tenant"), try fields.line(), number)
        case ("transition", "add"):
            let transition = try fields.transition()
            return .addTransition(try fields.name("tenant"), try fields.line(), transition)
        case ("secret", "put"):
            guard let secret = SealedSecret(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a sealed secret can't be read")
            }
            return .putSecret(try fields.name("tenant"), secret)
        case ("secret", "remove"):
            return .removeSecret(try fields.name("tenant"), try fields.name("id"))
        case ("idempotency", "put"):
            guard let record = IdempotencyRecord(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "an idempotency record can't be read")
            }
            return .putIdempotency(record)
        case ("idempotency", "expire"): return .expireIdempotency
        case ("idempotency", "remove"): return .removeIdempotency(try fields.text("id"))
        case ("audit", "anchor"):
            let anchor = AuditAnchor(
                sequence: UInt64(clamping: try fields.number("sequence")),
                hash: try fields.text("hash"),
                removed: try fields.removedPoint()
            )
            return .anchorAudit(anchor, of: try fields.writer())
        case ("webhook", "receive"): return .receiveWebhook(try WebhookDelivery(stored: fields))
        case ("webhook", "remember"):
            let (row, marks) = try WebhookMarks.read(fields)
            return .rememberWebhooks(row: row, marks)
        case ("lease", "put"):
            let term = UInt64(clamping: try fields.number("term"))
            let lease = LedgerLease(holder: try fields.text("holder"), term: term)
            return .putLease(try fields.text("id"), lease)
        default:
            if let change = try Self.readApproval(kind, action, fields) { return change }
            return try Self.readAlerts(kind, action, fields)
        }
    }
}

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
            breakGlass: fields.json["breakGlass"]?.string
        )
    }
}
