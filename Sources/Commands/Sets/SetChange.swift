import JSON
import Model

/// What a set does to one object, as it is answered and audited.
struct SetChange: Sendable {
    /// What becomes of the object.
    enum Action: String, Sendable, CaseIterable { case create, update, delete, unchanged }

    let kind: SetMember.Kind
    let tenant: TenantID?
    let id: String
    let environment: EnvironmentName?
    let action: Action
    /// What the gates of a config say; empty for what passes none.
    var gates: [GateVerdict] = []
    /// In what the object stays another than the set says; nil for nothing.
    var drift: SetDrift?
    /// What stands in the way of a config in a plan; nil for nothing.
    var obstacle: CommandError?
    let written: Written

    /// As the API writes it; `showsValues` adds what the values were and become.
    func json(showsValues: Bool) -> JSONValue {
        let fields = fields
        var json: JSONObject = [
            "kind": .string(kind.rawValue), "tenantId": tenant.map { .string($0.text) } ?? .null,
            "id": .string(id), "action": .string(action.rawValue),
            "fields": .array(fields.map { .string($0.pointer) }),
        ]
        if !gates.isEmpty { json["gates"] = .array(gates.map(\.json)) }
        if let obstacle {
            json["blockedBy"] = [
                "code": .string(obstacle.code), "detail": .string(obstacle.detail),
            ]
        }
        if let drift { json["drift"] = [drift.json] }
        if showsValues {
            json["values"] = .array(fields.map(\.json))
            if kind == .config, action == .update {
                BindingDiff(from: written.before, to: written.object).write(into: &json)
            }
        }
        return .object(json)
    }

    /// For the audit record.
    var subject: WriteSubject {
        let noun =
            switch kind {
            case .integrationSpec: ("spec", "integrationSpec")
            case .blueprint: ("blueprint", "blueprint")
            case .connection: ("connection", "connection")
            case .entity: ("entity", "entity")
            case .policy: ("policy", "policy")
            case .config: ("config", "config")
            }
        let verb = action == .delete ? (kind == .config ? "archive" : "delete") : "apply"
        return WriteSubject(
            action: "\(noun.0).\(verb)",
            type: noun.1,
            id: id,
            tenant: tenant,
            environment: environment
        )
    }

    /// Where the object changes; at most `ApplySet.fieldCountMax`.
    private var fields: [SetField] {
        guard action == .update, let before = written.before, let after = written.object else {
            return []
        }
        let (source, target) = (JSONValue.object(before), JSONValue.object(after))
        let patch = JSONDiff.patch(from: source, to: target).array ?? []
        let pointers = patch.compactMap { $0["path"]?.string }
            .filter { !Self.owned.contains($0) && !$0.hasPrefix("/health") }
        return pointers.prefix(ApplySet.fieldCountMax)
            .map { SetField(pointer: $0, before: source, after: target) }
    }

    /// What only the server writes.
    private static let owned: Set<String> = [
        "/revision", "/createdAt", "/updatedAt", "/meta/createdAt", "/meta/updatedAt",
        "/meta/version", "/meta/madeFrom", "/meta/rolledBackTo", "/meta/promotedFrom",
        "/meta/migratedFrom",
    ]
}
