import JSON
import Model

// The form of a change in the log and in snapshots, one JSON object:
//
//     {"kind": "connection", "action": "put", "tenant": "acme-corp", "id": "conn_a",
//      "revision": 12, "createdAt": "…", "updatedAt": "…", "object": { … }}
//
// `kind` and `action` come first. `tenant`, `id` and the rest stand where they say something that
// the object doesn't. New kinds may be added; a reader refuses what it doesn't know, because a state
// without it would be another state.
extension Change {
    /// Appends the change as JSON text.
    func write(into output: inout [UInt8]) {
        switch self {
        case .putSpec(let spec): Self.write("spec", spec, into: &output)
        case .putBlueprint(let blueprint): Self.write("blueprint", blueprint, into: &output)
        case .putConnection(let connection): Self.write("connection", connection, into: &output)
        case .putPolicy(let tenant, let rule):
            Self.write("policy", rule, tenant: tenant, into: &output)
        case .putEntity(let tenant, let entity):
            Self.write("entity", entity, tenant: tenant, into: &output)
        default: object.write(into: &output)
        }
    }

    /// A stored document is spliced in as it is.
    private static func write<Noun: DocumentNoun>(
        _ kind: String,
        _ stored: Stored<Noun>,
        tenant: TenantID? = nil,
        into output: inout [UInt8]
    ) {
        var head = head(kind, "put", tenant: tenant)
        head.append(stamps: stored)
        head.write(into: &output)
        output.removeLast()
        JSONWriter.append(",\"object\":", to: &output)
        output += stored.value.document.bytes
        JSONWriter.append("}", to: &output)
    }

    static func head(_ kind: String, _ action: String, tenant: TenantID?) -> JSONObject {
        var head: JSONObject = ["kind": .string(kind), "action": .string(action)]
        if let tenant { head["tenant"] = .string(tenant.text) }
        return head
    }

    /// The changes whose object is not one stored document.
    private var object: JSONObject {
        switch self {
        case .removeSpec(let id):
            var head = Self.head("spec", "remove", tenant: nil)
            head["id"] = .string(id.key.text)
            head["version"] = id.version.json
            return head
        case .removeBlueprint(let id):
            var head = Self.head("blueprint", "remove", tenant: nil)
            head["id"] = .string(id.name.text)
            head["version"] = id.version.json
            return head
        case .removeConnection(let tenant, let id):
            var head = Self.head("connection", "remove", tenant: tenant)
            head["id"] = .string(id.text)
            return head
        case .putHealth(let tenant, let id, let health):
            var head = Self.head("health", "put", tenant: tenant)
            head["id"] = .string(id.text)
            head["object"] = health.storedJSON
            return head
        case .putOverlap(let tenant, let id, let overlap):
            var head = Self.head("overlap", "put", tenant: tenant)
            head["id"] = .string(id.text)
            head["object"] = overlap.storedJSON
            return head
        case .removeOverlap(let tenant, let id):
            var head = Self.head("overlap", "remove", tenant: tenant)
            head["id"] = .string(id.text)
            return head
        case .removePolicy(let tenant, let id):
            var head = Self.head("policy", "remove", tenant: tenant)
            head["id"] = .string(id.text)
            return head
        case .removeEntity(let tenant, let key):
            var head = Self.head("entity", "remove", tenant: tenant)
            head["type"] = .string(key.type)
            head["id"] = .string(key.id)
            return head
        case .putCredential(let key):
            var head = Self.head("key", "put", tenant: nil)
            head.append(stamps: key)
            head["object"] = key.value.storedJSON
            return head
        case .removeCredential(let id):
            var head = Self.head("key", "remove", tenant: nil)
            head["id"] = .string(id.text)
            return head
        case .putConfigVersion, .removeConfigVersion, .addTransition: return configObject
        case .putWebhook, .removeWebhook, .putWebhookFailing, .putAlertDelivery, .putAlertMark,
            .putAlertLease:
            return alertObject
        case .putApprovalPolicy, .removeApprovalPolicy, .putChangeRequest, .removeChangeRequest:
            return approvalObject
        default: return bookkeepingObject
        }
    }

    private var configObject: JSONObject {
        switch self {
        case .putConfigVersion(let version):
            var head = Self.head("config", "put", tenant: version.value.config.tenant)
            head.append(stamps: version)
            head["version"] = .integer(Int64(version.value.number))
            head["status"] = .string(version.value.status.rawValue)
            head["wasPreviewed"] = .bool(version.value.wasPreviewed)
            head["origin"] = version.value.origin?.storedJSON
            head["authors"] = version.value.authors.map { authors in
                .array(authors.principals.map { .string($0) })
            }
            head["object"] = .object(version.value.config.document.object)
            return head
        case .removeConfigVersion(let tenant, let line, let number):
            var head = Self.head("config", "remove", tenant: tenant)
            head.append(line: line)
            head["version"] = .integer(Int64(number))
            return head
        case .addTransition(let tenant, let line, let transition):
            var head = Self.head("transition", "add", tenant: tenant)
            head.append(line: line)
            head["object"] = transition.json
            return head
        default: preconditionFailure("only changes of configs come here")
        }
    }

    private var bookkeepingObject: JSONObject {
        switch self {
        case .putSecret(let tenant, let secret):
            var head = Self.head("secret", "put", tenant: tenant)
            head["object"] = secret.storedJSON
            return head
        case .removeSecret(let tenant, let name):
            var head = Self.head("secret", "remove", tenant: tenant)
            head["id"] = .string(name.text)
            return head
        case .putIdempotency(let record):
            var head = Self.head("idempotency", "put", tenant: nil)
            head["object"] = record.storedJSON
            return head
        case .expireIdempotency: return Self.head("idempotency", "expire", tenant: nil)
        case .removeIdempotency(let key):
            var head = Self.head("idempotency", "remove", tenant: nil)
            head["id"] = .string(key)
            return head
        case .anchorAudit(let anchor, let writer):
            var head = Self.head("audit", "anchor", tenant: nil)
            if writer != .only { head["writer"] = .string(writer.text) }
            head["sequence"] = .integer(Int64(clamping: anchor.sequence))
            head["hash"] = .string(anchor.hash)
            if let removed = anchor.removed {
                head["removedSequence"] = .integer(Int64(clamping: removed.sequence))
                head["removedHash"] = .string(removed.hash)
            }
            return head
        case .receiveWebhook(let delivery): return delivery.storedJSON
        case .rememberWebhooks(let row, let marks):
            var head = Self.head("webhook", "remember", tenant: nil)
            head["row"] = .integer(Int64(row))
            head["marks"] = .array(marks.map { .string($0.text) })
            return head
        case .putLease(let name, let lease):
            var head = Self.head("lease", "put", tenant: nil)
            head["id"] = .string(name)
            head["holder"] = .string(lease.holder)
            head["term"] = .integer(Int64(clamping: lease.term))
            return head
        default: preconditionFailure("every change is written by one of these functions")
        }
    }
}

extension JSONObject {
    mutating func append<Value>(stamps stored: Stored<Value>) {
        self["revision"] = .integer(Int64(stored.revision))
        self["createdAt"] = .string(stored.createdAt.text)
        self["updatedAt"] = .string(stored.updatedAt.text)
    }

    fileprivate mutating func append(line: ConfigLineID) {
        self["blueprint"] = .string(line.blueprint.text)
        self["environment"] = .string(line.environment.text)
    }
}
