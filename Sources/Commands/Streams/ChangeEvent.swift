import JSON
import Ledger
import Model

/// One change of an object, as `GET /v1/events` tells it (API section 10).
///
/// Made of an entry of the log and nothing else, so that it is the same whenever it is told.
/// What only the server keeps, such as a key's digest, is no part of it. A change of health moves no
/// revision, so its event has no id of its own: a client that resumes may be told of it again.
struct ChangeEvent: Sendable {
    /// What changed.
    enum Kind: String, Sendable, CaseIterable {
        case spec
        case blueprint
        case connection
        case config
        case entity
        case policy
        case key
        case webhook
        case approvalPolicy
        case changeRequest
    }

    /// Where an event stands: its id.
    struct ID: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// The revision that it was made at.
        let revision: UInt64
        /// Its place among the events of the revision, from 0; filters do not change it.
        let index: Int

        var description: String { "\(revision).\(index)" }

        static func < (left: Self, right: Self) -> Bool {
            (left.revision, left.index) < (right.revision, right.index)
        }
    }

    /// The object that changed.
    private struct Subject {
        let kind: Kind
        let action: String
        let tenant: TenantID?
        var environment: EnvironmentName?
        let id: String
        /// The object after the change; nil when it is gone.
        var object: JSONObject?
    }

    /// Where it stands; of a change of health behind which one it came.
    let id: ID
    /// Whether it has an id of its own, behind which a client can resume.
    let isResumable: Bool
    let kind: Kind
    /// Whose object it is; nil for what is global.
    let tenant: TenantID?
    /// The object's environment; nil for what has none.
    let environment: EnvironmentName?
    /// The event in the form of the stream (HTML, section 9.2.5), with its blank line.
    let frame: [UInt8]

    /// The events of an entry, in order.
    static func events(of entry: LogEntry) -> [ChangeEvent] {
        var events: [ChangeEvent] = []
        for (place, change) in entry.changes.enumerated() {
            if case .putHealth(let tenant, let id, let health) = change {
                guard let environment = entry.facts.checked[place],
                    let subject = subject(tenant, id, health, environment)
                else { continue }
                let id = ID(revision: entry.revision, index: max(0, events.count - 1))
                events.append(ChangeEvent(id, subject, entry, isResumable: false))
                continue
            }
            guard entry.movesRevision else { continue }
            guard let subject = subject(of: change, at: place, in: entry) else { continue }
            let index = events.lazy.filter(\.isResumable).count
            let id = ID(revision: entry.revision, index: index)
            events.append(ChangeEvent(id, subject, entry, isResumable: true))
        }
        return events
    }

    /// A change of a connection's status of health; nil when the health tells of none.
    private static func subject(
        _ tenant: TenantID,
        _ id: ConnectionID,
        _ health: ConnectionHealth,
        _ environment: EnvironmentName
    ) -> Subject? {
        guard let transition = health.newTransition else { return nil }
        var object = health.json.object ?? [:]
        object["from"] = .string(transition.from.rawValue)
        return Subject(
            kind: .connection,
            action: "health",
            tenant: tenant,
            environment: environment,
            id: id.text,
            object: object
        )
    }

    private init(_ id: ID, _ subject: Subject, _ entry: LogEntry, isResumable: Bool) {
        let data: JSONObject = [
            "revision": .integer(Int64(clamping: id.revision)),
            "index": isResumable ? .integer(Int64(id.index)) : .null,
            "at": .string(entry.at.text),
            "actor": ["type": .string(entry.actor.type), "id": .string(entry.actor.id)],
            "kind": .string(subject.kind.rawValue),
            "tenantId": subject.tenant.map { .string($0.text) } ?? .null,
            "id": .string(subject.id), "action": .string(subject.action),
            "object": subject.object.map { .object($0) } ?? .null,
        ]
        let number = isResumable ? "id: \(id)\n" : ""
        let head = "\(number)event: \(subject.kind.rawValue).\(subject.action)\ndata: "
        self.id = id
        self.isResumable = isResumable
        kind = subject.kind
        tenant = subject.tenant
        environment = subject.environment
        // JSON text has no line feed of its own.
        frame = Array(head.utf8) + JSONValue.object(data).serialized() + [0x0A, 0x0A]
    }

    private static func subject(
        of change: Change,
        at place: Int,
        in entry: LogEntry
    ) -> Subject? {
        switch change {
        case .putSpec(let spec):
            Subject(
                kind: .spec,
                action: action(spec, at: place, in: entry),
                tenant: nil,
                id: name(spec.value.id),
                object: PutIntegrationSpec.json(spec)
            )
        case .removeSpec(let id):
            Subject(kind: .spec, action: "deleted", tenant: nil, id: name(id))
        case .putBlueprint(let blueprint):
            Subject(
                kind: .blueprint,
                action: action(blueprint, at: place, in: entry),
                tenant: nil,
                id: name(blueprint.value.id),
                object: PutBlueprint.json(blueprint)
            )
        case .removeBlueprint(let id):
            Subject(kind: .blueprint, action: "deleted", tenant: nil, id: name(id))
        case .putPolicy(let tenant, let rule):
            Subject(
                kind: .policy,
                action: action(rule, at: place, in: entry),
                tenant: tenant,
                id: rule.value.id.text,
                object: rule.json
            )
        case .removePolicy(let tenant, let id):
            Subject(kind: .policy, action: "deleted", tenant: tenant, id: id.text)
        default: tenantSubject(of: change, at: place, in: entry)
        }
    }

    private static func tenantSubject(
        of change: Change,
        at place: Int,
        in entry: LogEntry
    ) -> Subject? {
        switch change {
        case .putConnection(let connection):
            Subject(
                kind: .connection,
                action: action(connection, at: place, in: entry),
                tenant: connection.value.tenant,
                environment: connection.value.environment,
                id: connection.value.id.text,
                object: connection.stamped(connection.value.document)
            )
        case .removeConnection(let tenant, let id):
            Subject(
                kind: .connection,
                action: "deleted",
                tenant: tenant,
                environment: entry.facts.removed[place]?.environment,
                id: id.text
            )
        case .putConfigVersion(let version):
            Subject(
                kind: .config,
                action: configAction(version, at: place, in: entry),
                tenant: version.value.config.tenant,
                environment: version.value.config.line.environment,
                id: name(version.value.config.line, version.value.number),
                object: configObject(version, in: entry)
            )
        case .removeConfigVersion(let tenant, let line, let number):
            Subject(
                kind: .config,
                action: "deleted",
                tenant: tenant,
                environment: line.environment,
                id: name(line, number)
            )
        case .putEntity(let tenant, let entity):
            Subject(
                kind: .entity,
                action: action(entity, at: place, in: entry),
                tenant: tenant,
                id: entity.value.key.text,
                object: entity.json
            )
        case .removeEntity(let tenant, let key):
            Subject(kind: .entity, action: "deleted", tenant: tenant, id: key.text)
        default: approvalSubject(of: change, at: place, in: entry)
        }
    }

    /// Of what guards the way to a live config.
    private static func approvalSubject(
        of change: Change,
        at place: Int,
        in entry: LogEntry
    ) -> Subject? {
        switch change {
        case .putApprovalPolicy(let tenant, let policy):
            Subject(
                kind: .approvalPolicy,
                action: action(policy, at: place, in: entry),
                tenant: tenant,
                id: "default",
                object: policy.json
            )
        case .removeApprovalPolicy(let tenant, _):
            Subject(kind: .approvalPolicy, action: "deleted", tenant: tenant, id: "default")
        case .putChangeRequest(let request):
            Subject(
                kind: .changeRequest,
                action: request.value.lastAction,
                tenant: request.value.tenant,
                environment: request.value.line.environment,
                id: request.value.id.text,
                object: request.summary
            )
        default: accessSubject(of: change, at: place, in: entry)
        }
    }

    /// Of keys and webhooks, which stand beside what they reach.
    private static func accessSubject(
        of change: Change,
        at place: Int,
        in entry: LogEntry
    ) -> Subject? {
        switch change {
        case .putWebhook(let tenant, let webhook):
            Subject(
                kind: .webhook,
                action: action(webhook, at: place, in: entry),
                tenant: tenant,
                id: webhook.value.id.text,
                object: webhook.json
            )
        case .removeWebhook(let tenant, let id):
            Subject(kind: .webhook, action: "deleted", tenant: tenant, id: id.text)
        case .putCredential(let key):
            Subject(
                kind: .key,
                action: key.value.status == .revoked
                    ? "revoked" : action(key, at: place, in: entry),
                tenant: key.value.tenant,
                id: key.value.id.text,
                object: key.json(lastUsedAt: nil)
            )
        case .receiveWebhook(let delivery):
            Subject(
                kind: .webhook,
                action: "received",
                tenant: delivery.tenant,
                environment: delivery.environment,
                id: delivery.mark.deliveryID,
                object: delivery.object
            )
        case .removeCredential(let id):
            Subject(
                kind: .key,
                action: "deleted",
                tenant: entry.facts.removed[place]?.tenant,
                id: id.text
            )
        default: nil
        }
    }

    /// Entries of older versions do not say what was made; their stamps nearly do.
    private static func action<Value>(
        _ stored: Stored<Value>,
        at place: Int,
        in entry: LogEntry
    ) -> String {
        let isMade =
            entry.facts.made?.contains(place) ?? (stored.createdAt == stored.updatedAt)
        return isMade ? "created" : "updated"
    }

    /// A step in a version's life is named after where it leads.
    private static func configAction(
        _ version: Stored<ConfigVersion>,
        at place: Int,
        in entry: LogEntry
    ) -> String {
        let step = step(of: version, in: entry)
        switch step?.to {
        case .preview: return "previewed"
        case .published, .superseded, .archived: return step?.to?.rawValue ?? "updated"
        case .draft, nil: return action(version, at: place, in: entry)
        }
    }

    /// A version that went live by break-glass says so.
    private static func configObject(
        _ version: Stored<ConfigVersion>,
        in entry: LogEntry
    ) -> JSONObject {
        var object = version.json
        if let reason = step(of: version, in: entry)?.breakGlass {
            object["breakGlass"] = ["reason": .string(reason)]
        }
        return object
    }

    /// The last step that the entry took with a version.
    private static func step(
        of version: Stored<ConfigVersion>,
        in entry: LogEntry
    ) -> ConfigTransition? {
        entry.changes.lazy
            .compactMap { change -> ConfigTransition? in
                guard case .addTransition(let tenant, let line, let step) = change,
                    tenant == version.value.config.tenant, line == version.value.config.line,
                    step.version == version.value.number
                else { return nil }
                return step
            }
            .last
    }

    private static func name(_ id: SpecID) -> String { "\(id.key.text)@\(id.version.text)" }

    private static func name(_ id: BlueprintID) -> String { "\(id.name.text)@\(id.version.text)" }

    private static func name(_ line: ConfigLineID, _ number: Int) -> String {
        "\(line.blueprint.text)/\(line.environment.text)@\(number)"
    }
}
