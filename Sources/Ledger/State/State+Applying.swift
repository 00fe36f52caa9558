import JSON
import Model

extension State {
    /// Folds an entry into the state.
    ///
    /// Replaying and committing run this same code, so that a restart gives the same state.
    public mutating func apply(_ entry: LogEntry) { apply(entry, position: position + 1) }

    /// Folds an entry into the state that stands at this place in the log.
    mutating func apply(_ entry: LogEntry, position: UInt64) {
        revision = max(revision, entry.revision)
        for change in entry.changes { apply(change, at: entry.at) }
        if let note = entry.audit { auditDebts.take(note, at: entry.at, position: position) }
    }

    mutating func apply(_ change: Change, at: Timestamp) {
        switch change {
        case .putSpec, .removeSpec, .putBlueprint, .removeBlueprint: applyToCatalog(change)
        case .putPolicy(let tenant, let rule): apply(tenant, rule.value.id, rule)
        case .removePolicy(let tenant, let id): apply(tenant, id, nil)
        case .putEntity(let tenant, let entity): apply(tenant, entity.value.key, entity)
        case .removeEntity(let tenant, let key): apply(tenant, key, nil)
        case .putSecret(let tenant, let secret): apply(tenant, secret.name, secret)
        case .removeSecret(let tenant, let name): apply(tenant, name, nil)
        case .putCredential(let key): apply(key)
        case .removeCredential(let id): removeCredential(id)
        case .putIdempotency(let record): idempotency.set(record.key, record)
        case .expireIdempotency: idempotency.removeExpired(at: at)
        case .removeIdempotency(let key): idempotency.set(key, nil)
        case .anchorAudit(let anchor, let writer): apply(anchor, of: writer)
        case .receiveWebhook(let delivery):
            receivedWebhooks.add(delivery.mark, of: delivery.tenant, at: at)
        case .rememberWebhooks(let row, let marks): receivedWebhooks.set(row, marks)
        case .putLease(let name, let lease):
            if leases[name] != nil || leases.count < LedgerLease.countMax { leases[name] = lease }
        case .putOverlap(let tenant, let id, let overlap): apply(tenant, id, overlap)
        case .removeOverlap(let tenant, let id): apply(tenant, id, nil)
        case .putWebhook, .removeWebhook, .putWebhookFailing, .putAlertDelivery, .putAlertMark,
            .putAlertLease:
            applyToAlerts(change)
        case .putApprovalPolicy, .removeApprovalPolicy, .putChangeRequest, .removeChangeRequest:
            applyToApprovals(change)
        default: applyToTenant(change)
        }
    }

    private mutating func applyToCatalog(_ change: Change) {
        catalog.generation += 1
        switch change {
        case .putSpec(let spec): catalog.specs[spec.value.id] = spec
        case .removeSpec(let id): catalog.specs[id] = nil
        case .putBlueprint(let blueprint): catalog.blueprints[blueprint.value.id] = blueprint
        case .removeBlueprint(let id): catalog.blueprints[id] = nil
        default: preconditionFailure("only changes of the catalog come here")
        }
    }

    private mutating func apply(_ tenant: TenantID?, _ id: PolicyID, _ rule: Stored<PolicyRule>?) {
        guard let tenant else {
            catalog.generation += 1
            catalog.policies[id] = rule
            return
        }
        change(tenant) { $0.policies[id] = rule }
    }

    private mutating func apply(_ anchor: AuditAnchor, of writer: AuditWriter) {
        auditAnchors[writer] = anchor
        guard auditAnchors.count > AuditWriter.countMax else { return }
        if let oldest = auditAnchors.keys.min() { auditAnchors[oldest] = nil }
    }

    /// The tenant's generation stays: nothing is compiled from entities.
    private mutating func apply(_ id: TenantID, _ key: EntityKey, _ entity: Stored<Entity>?) {
        var tenant = tenant(id)
        // Out of the table first: an only owner changes its dictionary in place.
        tenants.set(id, nil)
        tenant.entities[key] = entity
        tenants.set(id, tenant)
    }

    /// The tenant's generation stays: nothing is compiled from overlaps.
    private mutating func apply(_ id: TenantID, _ key: ConnectionID, _ overlap: SecretOverlap?) {
        var tenant = tenant(id)
        // Out of the table first: an only owner changes its dictionary in place.
        tenants.set(id, nil)
        tenant.overlaps[key] = tenant.connections[key] == nil ? nil : overlap
        tenants.set(id, tenant)
    }

    /// The tenant's generation stays: nothing is compiled from secrets.
    private mutating func apply(_ id: TenantID, _ name: SecretName, _ secret: SealedSecret?) {
        var tenant = tenant(id)
        // Out of the table first, as above.
        tenants.set(id, nil)
        tenant.secrets[name] = secret
        tenants.set(id, tenant)
    }

    private mutating func apply(_ key: Stored<Credential>) {
        credentials.set(key.value.id, key)
        guard let tenant = key.value.tenant else {
            platformCredentialIDs.insert(key.value.id)
            return
        }
        change(tenant) { _ = $0.credentialIDs.insert(key.value.id) }
    }

    private mutating func removeCredential(_ id: CredentialID) {
        guard let key = credentials[id] else { return }
        credentials.set(id, nil)
        platformCredentialIDs.remove(id)
        if let tenant = key.value.tenant { change(tenant) { _ = $0.credentialIDs.remove(id) } }
    }

    private mutating func applyToTenant(_ change: Change) {
        switch change {
        case .putConnection(let connection): put(connection)
        case .removeConnection(let tenant, let id):
            if let old = self.tenant(tenant).connections[id] { count(old.value.spec, -1) }
            self.change(tenant, isOfConfigs: true) {
                $0.connections[id] = nil
                $0.health[id] = nil
                $0.overlaps[id] = nil
                $0.alerts.forget(id)
            }
        case .putHealth(let tenant, let id, let health):
            self.change(tenant) { if $0.connections[id] != nil { $0.health[id] = health } }
        case .putConfigVersion(let version): put(version)
        case .removeConfigVersion(let tenant, let line, let number):
            changeLine(tenant, line, touching: number) { $0.versions[number] = nil }
        case .addTransition(let tenant, let line, let transition):
            changeLine(tenant, line, touching: transition.version) {
                $0.lastNumber = max($0.lastNumber, transition.version)
                if transition.to == .published {
                    $0.lastPublished = max($0.lastPublished, transition.version)
                }
                $0.history.append(transition)
                let surplus = $0.history.count - ConfigLine.historyCountMax
                if surplus > 0 { $0.history.removeFirst(surplus) }
            }
        default: preconditionFailure("only changes of a tenant come here")
        }
    }

    private mutating func put(_ connection: Stored<Connection>) {
        let value = connection.value
        if let old = tenant(value.tenant).connections[value.id] { count(old.value.spec, -1) }
        count(value.spec, 1)
        change(value.tenant, isOfConfigs: true) { $0.connections[value.id] = connection }
    }

    private mutating func put(_ version: Stored<ConfigVersion>) {
        let config = version.value.config
        changeLine(config.tenant, config.line, touching: version.value.number) {
            $0.versions[version.value.number] = version
            $0.lastNumber = max($0.lastNumber, version.value.number)
            switch version.value.status {
            case .published, .superseded:
                $0.lastPublished = max($0.lastPublished, version.value.number)
            case .draft, .preview, .archived: break
            }
        }
    }

    private mutating func change(
        _ id: TenantID,
        isOfConfigs: Bool = false,
        _ body: (inout TenantState) -> Void
    ) {
        var tenant = tenant(id)
        // Out of the table first: an only owner changes its dictionaries in place.
        tenants.set(id, nil)
        tenant.generation += 1
        if isOfConfigs { tenant.configGeneration = tenant.generation }
        body(&tenant)
        tenants.set(id, tenant)
    }

    /// Changes one version of a line, and keeps what is counted and indexed of it; at a cost that
    /// does not grow with the others.
    private mutating func changeLine(
        _ tenant: TenantID,
        _ id: ConfigLineID,
        touching number: Int,
        _ body: (inout ConfigLine) -> Void
    ) {
        let before = mark(of: tenant, id, number)
        change(tenant, isOfConfigs: true) { body(&$0.lines[id, default: ConfigLine()]) }
        let after = mark(of: tenant, id, number)
        if before.blueprint != after.blueprint {
            if let blueprint = before.blueprint { count(blueprint, -1) }
            if let blueprint = after.blueprint { count(blueprint, 1) }
        }
        reindex(DomainHolder(tenant: tenant, line: id), before.domains, after.domains)
        for number in self.tenant(tenant).surplusVersions(of: id) {
            changeLine(tenant, id, touching: number) { $0.versions[number] = nil }
        }
    }

    /// What is counted and indexed of a version and its line.
    private func mark(
        of tenant: TenantID,
        _ id: ConfigLineID,
        _ number: Int
    ) -> (blueprint: BlueprintID?, domains: Set<String>) {
        guard let line = self.tenant(tenant).lines[id] else { return (nil, []) }
        return (line.versions[number]?.value.config.blueprint, liveDomains(line))
    }

    private mutating func count(_ spec: SpecID, _ delta: Int) {
        let count = (catalog.connectionCounts[spec] ?? 0) + delta
        catalog.connectionCounts[spec] = count == 0 ? nil : count
    }

    private mutating func count(_ blueprint: BlueprintID, _ delta: Int) {
        let count = (catalog.configCounts[blueprint] ?? 0) + delta
        catalog.configCounts[blueprint] = count == 0 ? nil : count
    }

    private mutating func reindex(
        _ holder: DomainHolder,
        _ old: Set<String>,
        _ new: Set<String>
    ) {
        guard old != new else { return }
        for domain in old.subtracting(new) {
            let rest = (domains[domain] ?? []).subtracting([holder])
            domains.set(domain, rest.isEmpty ? nil : rest)
        }
        for domain in new.subtracting(old) {
            domains.set(domain, (domains[domain] ?? []).union([holder]))
        }
    }

    /// The domains of the versions that are live, in small letters: a blueprint's that has configs
    /// stays as it is.
    private func liveDomains(_ line: ConfigLine) -> Set<String> {
        Set(
            line.liveVersions.compactMap {
                let config = $0.value.config
                return config.domain(over: catalog.blueprints[config.blueprint]?.value)
            }
        )
    }
}
