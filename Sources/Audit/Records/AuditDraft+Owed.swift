public import JSON
public import Model

/// What became of a record that was not written in its time.
public enum AuditRecovery: String, Sendable, Hashable {
    /// It was written later; its objects are those of the ledger's own states, before and behind the
    /// change.
    case whole
    /// It was written later and without its objects: the ledger does not keep the states any more, or
    /// the record would be larger than records are.
    case withoutObjects
}

// What the ledger keeps of a record until the trail has it: its members but those that the ledger's entry
// tells, and of the objects whether the record has them. Secrets are taken out as in the record itself.
extension AuditDraft {
    /// The members that are kept.
    ///
    /// - Parameters:
    ///   - after: The object after the change when no state of the ledger has it; else nil.
    ///   - hasBefore: Whether the record has the object before the change.
    ///   - hasAfter: Whether it has the one after it.
    /// - Returns: Those that records of one request share, and the record's own.
    public func owed(
        after: JSONValue? = nil,
        hasBefore: Bool,
        hasAfter: Bool
    ) -> (common: JSONObject, own: JSONObject) {
        var common: JSONObject = ["actor": actor.json]
        common["revision"] = revision.map { .integer(Int64(clamping: $0)) }
        common["requestId"] = requestID.map { .string($0) }
        common["traceparent"] = traceparent.map { .string($0) }
        var own: JSONObject = ["action": .string(action)]
        if kind != .change { own["kind"] = .string(kind.rawValue) }
        own["resource"] = resource?.json
        own["tenantId"] = tenant.map { .string($0.text) }
        own["environment"] = environment.map { .string($0.text) }
        own["connectionId"] = connection.map { .string($0.text) }
        own["reason"] = reason.map { AuditRedaction.formats.value(.string($0)) }
        own["error"] = failure?.json
        if hasBefore { own["before"] = true }
        if hasAfter { own["after"] = after.map(AuditRedaction.formats.value) ?? true }
        return (common, own)
    }

    /// Reads what `owed` made; nil when it is nothing of this kind.
    ///
    /// - Parameters:
    ///   - common: The members that are shared.
    ///   - own: The others.
    ///   - occurredAt: When the entry was made.
    public init?(owed common: JSONObject, _ own: JSONObject, at occurredAt: Timestamp) {
        guard let action = own["action"]?.string,
            let actor = common["actor"].flatMap(AuditActor.init(_:)),
            let kind = AuditKind(rawValue: own["kind"]?.string ?? AuditKind.change.rawValue)
        else { return nil }
        self.init(kind, action, outcome: .success, by: actor, at: occurredAt)
        if let resource = own["resource"], let type = resource["type"]?.string,
            let id = resource["id"]?.string
        {
            self.resource = AuditResource(type: type, id: id)
        }
        tenant = own["tenantId"]?.string.flatMap(TenantID.init(_:))
        environment = own["environment"]?.string.flatMap(EnvironmentName.init(_:))
        connection = own["connectionId"]?.string.flatMap(ConnectionID.init(_:))
        reason = own["reason"]?.string
        if let error = own["error"], let code = error["code"]?.string {
            failure = AuditFailure(code: code, detail: error["detail"]?.string ?? "")
        }
        revision = common["revision"]?.integer.map { UInt64(clamping: $0) }
        requestID = common["requestId"]?.string
        traceparent = common["traceparent"]?.string
    }

    /// Whether a record of the trail is the one of this draft, whatever objects it shows.
    public func isTold(by record: AuditRecord) -> Bool {
        let told = record.document
        return told["action"]?.string == action && told["kind"]?.string == kind.rawValue
            && told["occurredAt"]?.string == occurredAt.text && record.tenant == tenant
            && told["outcome"]?.string == outcome.rawValue
            && told["resource"]?["type"]?.string == resource?.type
            && told["resource"]?["id"]?.string == resource?.id
            && told["requestId"]?.string == requestID
            && told["revision"]?.integer.map { UInt64(clamping: $0) } == revision
    }
}

extension AuditActor {
    init?(_ json: JSONValue) {
        guard let type = json["type"]?.string, let id = json["id"]?.string else { return nil }
        self.init(type: type, id: id, via: json["via"]?.string, ip: json["ip"]?.string)
    }
}
