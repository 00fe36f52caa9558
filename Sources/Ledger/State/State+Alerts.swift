import Model

extension State {
    /// Folds a change of alerts into the state.
    ///
    /// The tenant's generation stays: nothing is compiled from its webhooks.
    mutating func applyToAlerts(_ change: Change) {
        switch change {
        case .putWebhook(let tenant, let webhook):
            changeAlerts(of: tenant) { $0.webhooks[webhook.value.id] = webhook }
        case .removeWebhook(let tenant, let id): changeAlerts(of: tenant) { $0.remove(id) }
        case .putWebhookFailing(let tenant, let id, let since):
            changeAlerts(of: tenant) { if $0.webhooks[id] != nil { $0.failingSince[id] = since } }
        case .putAlertDelivery(let tenant, let delivery):
            changeAlerts(of: tenant) { $0.put(delivery) }
        case .putAlertMark(let tenant, let connection, let mark):
            let isThere = self.tenant(tenant).connections[connection] != nil
            changeAlerts(of: tenant) { if isThere { $0.put(mark, of: connection) } }
        case .putAlertLease(let lease): alertLease = lease
        default: preconditionFailure("only changes of alerts come here")
        }
    }

    private mutating func changeAlerts(
        of id: TenantID,
        _ body: (inout TenantAlerts) -> Void
    ) {
        var tenant = tenant(id)
        // Out of the table first: an only owner changes its dictionaries in place.
        tenants.set(id, nil)
        body(&tenant.alerts)
        let hasPending = tenant.alerts.pendingCount > 0
        tenants.set(id, tenant)
        if hasPending { tenantsWithAlerts.insert(id) } else { tenantsWithAlerts.remove(id) }
    }
}
