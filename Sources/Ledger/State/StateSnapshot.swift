import JSON
import Model

extension State {
    /// Calls `write` with each line of a snapshot of the state: equal states give equal lines.
    public func forEachSnapshotLine(_ write: ([UInt8]) -> Void) {
        do throws(JournalError) {
            try StateSnapshot(state: self)
                .forEachLine { (line) throws(JournalError) in write(line) }
        } catch {
            preconditionFailure("only what is written to can fail")
        }
    }
}

/// A state as the lines of a snapshot: one that says the revision and what is owed to the audit trails,
/// then a change a line.
///
/// The changes are those of the log, so reading a snapshot and replaying a log are one code. Lines are
/// sorted by name: equal states give equal lines.
struct StateSnapshot: SnapshotSource {
    let state: State

    var position: UInt64 { state.position }

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        var head: JSONObject = ["revision": .integer(Int64(state.revision))]
        for member in state.auditDebts.members { head[member.key] = member.value }
        try write(JSONValue.object(head).serialized())
        func put(_ change: Change) throws(JournalError) {
            var line: [UInt8] = []
            change.write(into: &line)
            try write(line)
        }
        for spec in sorted(state.catalog.specs) { try put(.putSpec(spec)) }
        for blueprint in sorted(state.catalog.blueprints) { try put(.putBlueprint(blueprint)) }
        for rule in sorted(state.catalog.policies) { try put(.putPolicy(nil, rule)) }
        for id in state.credentials.keys.sorted() {
            if let key = state.credentials[id] { try put(.putCredential(key)) }
        }
        for id in state.tenants.keys.sorted() {
            if let tenant = state.tenants[id] { try forEachChange(of: tenant, put) }
        }
        for key in state.idempotency.keys.sorted() {
            if let record = state.idempotency[key] { try put(.putIdempotency(record)) }
        }
        for (row, marks) in state.receivedWebhooks.rows.enumerated() where !marks.isEmpty {
            try put(.rememberWebhooks(row: row, marks))
        }
        if let lease = state.alertLease { try put(.putAlertLease(lease)) }
        for (writer, anchor) in state.auditAnchors.sorted(by: { $0.key < $1.key }) {
            try put(.anchorAudit(anchor, of: writer))
        }
        for (name, lease) in state.leases.sorted(by: { $0.key < $1.key }) {
            try put(.putLease(name, lease))
        }
    }

    private func forEachChange(
        of tenant: TenantState,
        _ put: (Change) throws(JournalError) -> Void
    ) throws(JournalError) {
        for connection in sorted(tenant.connections) { try put(.putConnection(connection)) }
        for id in tenant.health.keys.sorted() {
            if let health = tenant.health[id] { try put(.putHealth(tenant.id, id, health)) }
        }
        for id in tenant.overlaps.keys.sorted() {
            if let overlap = tenant.overlaps[id] { try put(.putOverlap(tenant.id, id, overlap)) }
        }
        for rule in sorted(tenant.policies) { try put(.putPolicy(tenant.id, rule)) }
        for entity in sorted(tenant.entities) { try put(.putEntity(tenant.id, entity)) }
        try forEachChange(of: tenant.alerts, tenant.id, put)
        if let policy = tenant.approvalPolicy { try put(.putApprovalPolicy(tenant.id, policy)) }
        for request in sorted(tenant.changeRequests) { try put(.putChangeRequest(request)) }
        for secret in sorted(tenant.secrets) { try put(.putSecret(tenant.id, secret)) }
        for id in tenant.lines.keys.sorted() {
            guard let line = tenant.lines[id] else { continue }
            for step in line.history { try put(.addTransition(tenant.id, id, step)) }
            let versions = line.versions.values.sorted { $0.value.number < $1.value.number }
            for version in versions { try put(.putConfigVersion(version)) }
        }
    }

    private func forEachChange(
        of alerts: TenantAlerts,
        _ tenant: TenantID,
        _ put: (Change) throws(JournalError) -> Void
    ) throws(JournalError) {
        for webhook in sorted(alerts.webhooks) {
            let id = webhook.value.id
            try put(.putWebhook(tenant, webhook))
            if let since = alerts.failingSince[id] {
                try put(.putWebhookFailing(tenant, id, since: since))
            }
            for delivery in alerts.deliveries[id] ?? [] {
                try put(.putAlertDelivery(tenant, delivery))
            }
        }
        for (id, marks) in alerts.marks.sorted(by: { $0.key < $1.key }) {
            for (name, value) in marks.sorted(by: { $0.key < $1.key }) {
                try put(.putAlertMark(tenant, id, AlertMark(name: name, value: value)))
            }
        }
    }

    private func sorted<Key: Comparable, Value>(_ table: [Key: Value]) -> [Value] {
        table.sorted { $0.key < $1.key }.map(\.value)
    }
}
