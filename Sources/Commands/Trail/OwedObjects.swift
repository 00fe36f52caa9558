import Audit
import JSON
import Ledger
import Model

/// The objects of a record that was not written in its time, found again in the ledger's states before
/// and behind the entry.
struct OwedObjects {
    /// The state before the entry.
    let before: State
    /// What was changed.
    let entry: LogEntry
    /// The state behind it.
    let after: State
    /// The declared environments.
    let environments: [Environment]

    /// Puts them into the record, as far as it has them.
    func fill(_ draft: inout AuditDraft, _ own: JSONObject) {
        if own["before"] != nil { draft.before = shown(draft, isAfter: false).map { .object($0) } }
        switch own["after"] {
        case nil: break
        case .bool: draft.after = shown(draft, isAfter: true).map { .object($0) }
        case let told?: draft.after = told
        }
    }

    private func shown(_ draft: AuditDraft, isAfter: Bool) -> JSONObject? {
        guard let resource = draft.resource else { return nil }
        guard draft.action != WebhookReceipt.action else {
            let deliveries = entry.changes.lazy.compactMap { change -> WebhookDelivery? in
                guard case .receiveWebhook(let delivery) = change else { return nil }
                return delivery
            }
            return deliveries.first.map(WebhookReceipt.told)
        }
        let state = isAfter ? after : before
        guard resource.type != "integrationSpec" else {
            return state.catalog.specs.values
                .first { "\($0.value.id.key.text)@\($0.value.id.version.text)" == resource.id }
                .map(PutIntegrationSpec.json)
        }
        guard resource.type != "blueprint" else {
            return state.catalog.blueprints.values
                .first { "\($0.value.id.name.text)@\($0.value.id.version.text)" == resource.id }
                .map(PutBlueprint.json)
        }
        if resource.type == "key" {
            return CredentialID(resource.id).flatMap { state.credentials[$0] }?
                .json(lastUsedAt: nil)
        }
        if resource.type == "policy" {
            let rules = draft.tenant.map { state.tenant($0).policies } ?? state.catalog.policies
            return PolicyID(resource.id).flatMap { rules[$0] }?.json
        }
        guard let tenant = draft.tenant else { return nil }
        guard resource.type != "config" else {
            return config(resource.id, draft.action, tenant, isAfter: isAfter)?.json
        }
        return shown(resource, state.tenant(tenant))
    }

    private func shown(_ resource: AuditResource, _ tenant: TenantState) -> JSONObject? {
        switch resource.type {
        case "connection":
            ConnectionID(resource.id).flatMap { tenant.connections[$0] }.map(tenant.json)
        case "entity": tenant.entities.values.first { $0.value.key.text == resource.id }?.json
        case "webhook":
            WebhookID(resource.id).flatMap { tenant.alerts.webhooks[$0] }?.json
        case "approvalPolicy": tenant.approvalPolicy?.json
        case "changeRequest":
            ChangeRequestID(resource.id).flatMap { tenant.changeRequests[$0] }?.summary
        case "secret": SecretName(resource.id).flatMap { tenant.secrets[$0] }?.metadata
        default: nil
        }
    }

    /// A version of a config; of a line that a set names without one, the version that stood for it.
    private func config(
        _ id: String,
        _ action: String,
        _ tenant: TenantID,
        isAfter: Bool
    ) -> Stored<ConfigVersion>? {
        let (place, number) = Self.split(id, at: "@")
        let names = Self.split(place, at: "/")
        guard let blueprint = BlueprintName(names.0),
            let environment = names.1.flatMap(EnvironmentName.init(_:))
        else { return nil }
        let id = ConfigLineID(blueprint: blueprint, environment: environment)
        let (old, new) = (before.tenant(tenant).lines[id], after.tenant(tenant).lines[id])
        if let number = number.flatMap({ Int($0) }) {
            if isAfter { return new?.versions[number] }
            if case .migration(let base, _) = new?.versions[number]?.value.origin {
                return old?.versions[base]
            }
            return old?.versions[number]
        }
        guard isAfter else {
            guard action != "config.archive" else {
                return old.flatMap { $0.newerPreviews.first ?? $0.published }
            }
            let tier = environments.first { $0.name == environment }?.tier ?? .production
            return old.flatMap { $0.live(in: tier) ?? $0.openVersion }
        }
        let made = entry.changes.compactMap { change -> Int? in
            guard case .putConfigVersion(let version) = change,
                version.value.config.tenant == tenant, version.value.config.line == id
            else { return nil }
            return version.value.number
        }
        return made.max().flatMap { new?.versions[$0] }
    }

    private static func split(_ text: String, at mark: Character) -> (String, String?) {
        guard let index = text.lastIndex(of: mark) else { return (text, nil) }
        return (String(text[..<index]), String(text[text.index(after: index)...]))
    }
}
