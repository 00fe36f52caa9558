import JSON
import Model

// Each part reads the changes of one concern, and answers nil for one of another.
extension Change {
    /// Reads what `write` wrote.
    ///
    /// - Throws: `ChangeError` with what is wrong, for the operator.
    init(_ json: JSONValue) throws(ChangeError) {
        let fields = ChangeFields(json)
        let kind = try fields.text("kind")
        let action = try fields.text("action")
        if let change = try Self.readConnections(kind, action, fields) {
            self = change
        } else if let change = try Self.readConfigs(kind, action, fields) {
            self = change
        } else if let change = try Self.readCatalog(kind, action, fields) {
            self = change
        } else if let change = try Self.readAccess(kind, action, fields) {
            self = change
        } else if let change = try Self.readUpkeep(kind, action, fields) {
            self = change
        } else if let change = try Self.readApproval(kind, action, fields) {
            self = change
        } else {
            self = try Self.readAlerts(kind, action, fields)
        }
    }

    /// Specs and blueprints, which are everybody's.
    private static func readCatalog(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
        case ("spec", "put"):
            let spec = try fields.document { IntegrationSpec(reading: $0, id: nil, issues: $1) }
            return .putSpec(try fields.stored(spec))
        case ("spec", "remove"):
            return .removeSpec(SpecID(key: try fields.name("id"), version: try fields.version()))
        case ("blueprint", "put"):
            let blueprint = try fields.document { Blueprint(reading: $0, id: nil, issues: $1) }
            return .putBlueprint(try fields.stored(blueprint))
        case ("blueprint", "remove"):
            let id = BlueprintID(name: try fields.name("id"), version: try fields.version())
            return .removeBlueprint(id)
        default: return nil
        }
    }

    /// Connections, with their health and their secrets.
    private static func readConnections(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
        case ("connection", "put"):
            let connection = try fields.document {
                Connection(reading: $0, tenant: nil, id: nil, issues: $1)
            }
            return .putConnection(try fields.stored(connection))
        case ("connection", "remove"):
            return .removeConnection(try fields.name("tenant"), try fields.name("id"))
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
        case ("secret", "put"):
            guard let secret = SealedSecret(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a sealed secret can't be read")
            }
            return .putSecret(try fields.name("tenant"), secret)
        case ("secret", "remove"):
            return .removeSecret(try fields.name("tenant"), try fields.name("id"))
        default: return nil
        }
    }

    /// Versions of configs, and the steps of their lives.
    private static func readConfigs(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
        case ("config", "put"): return .putConfigVersion(try fields.configVersion())
        case ("config", "remove"):
            let number = Int(try fields.number("version"))
            return .removeConfigVersion(try fields.name("tenant"), try fields.line(), number)
        case ("transition", "add"):
            let transition = try fields.transition()
            return .addTransition(try fields.name("tenant"), try fields.line(), transition)
        default: return nil
        }
    }

    /// What decides who may do what: rules, keys, and what is known of entities.
    private static func readAccess(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
        case ("policy", "put"):
            let rule = try fields.document { PolicyRule(reading: $0, id: nil, issues: $1) }
            return .putPolicy(try fields.nameIfThere("tenant"), try fields.stored(rule))
        case ("policy", "remove"):
            return .removePolicy(try fields.nameIfThere("tenant"), try fields.name("id"))
        case ("key", "put"):
            guard let key = Credential(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "an API key can't be read")
            }
            return .putCredential(try fields.stored(key))
        case ("key", "remove"): return .removeCredential(try fields.name("id"))
        case ("entity", "put"):
            let entity = try fields.document { Entity(reading: $0, key: nil, issues: $1) }
            return .putEntity(try fields.name("tenant"), try fields.stored(entity))
        case ("entity", "remove"):
            let key = EntityKey(type: try fields.text("type"), id: try fields.text("id"))
            guard let key else { throw ChangeError(detail: "an entity's key is none") }
            return .removeEntity(try fields.name("tenant"), key)
        default: return nil
        }
    }

    /// What the server keeps for itself: answers to keys of idempotency, anchors of the trail, marks of
    /// webhooks that came in, leases.
    private static func readUpkeep(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
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
        default: return nil
        }
    }
}
