import JSON
public import Model

/// What a tenant's webhooks are to be told of changes, as changes of the same entry.
///
/// What happens and what is told of it are durable together, whoever made the change: no alert is
/// lost by a process that ends between the two, and none is made twice. A tenant without webhooks
/// costs a look at its table for each change.
public struct AlertOutbox {
    private let state: State
    private let now: Timestamp
    /// What was put in so far.
    public private(set) var changes: [Change] = []
    private var count: Int

    /// An outbox for the entry that comes to `state`.
    ///
    /// - Parameters:
    ///   - state: The state before the entry.
    ///   - now: When it is made.
    ///   - count: The deliveries that the entry has already, so that ids stay apart.
    public init(_ state: State, now: Timestamp, behind count: Int = 0) {
        self.state = state
        self.now = now
        self.count = count
    }

    /// The deliveries that follow from an entry's changes.
    static func changes(for changes: [Change], on state: State, now: Timestamp) -> [Change] {
        var outbox: AlertOutbox?
        for change in changes {
            guard let alert = alert(for: change, on: state) else { continue }
            if outbox == nil { outbox = AlertOutbox(state, now: now, behind: changes.count) }
            outbox?.put(alert)
        }
        return outbox?.changes ?? []
    }

    /// Puts in a delivery for each webhook that wants the alert.
    public mutating func put(_ alert: Alert) {
        let alerts = state.tenant(alert.tenant).alerts
        let wanted = alerts.webhooks.values.filter { $0.value.wants(alert) }
        guard !wanted.isEmpty else { return }
        let payload = alert.payload(at: now)
        for webhook in wanted.sorted(by: { $0.value.id < $1.value.id }) {
            put(alert, payload, to: webhook.value.id, alerts)
        }
    }

    /// Puts in a delivery for one webhook, whatever it lists.
    ///
    /// - Returns: The delivery.
    @discardableResult
    public mutating func put(_ alert: Alert, to webhook: WebhookID) -> AlertDelivery {
        let alerts = state.tenant(alert.tenant).alerts
        return put(alert, alert.payload(at: now), to: webhook, alerts)
    }

    @discardableResult
    private mutating func put(
        _ alert: Alert,
        _ payload: [UInt8],
        to webhook: WebhookID,
        _ alerts: TenantAlerts
    ) -> AlertDelivery {
        let delivery = AlertDelivery(
            id: nextID(),
            webhook: webhook,
            type: alert.type.rawValue,
            payload: payload,
            createdAt: now
        )
        giveUpOldest(of: webhook, alerts, for: alert)
        changes.append(.putAlertDelivery(alert.tenant, delivery))
        return delivery
    }

    /// Makes room among those that wait: what is new says more than what is old.
    private mutating func giveUpOldest(
        of webhook: WebhookID,
        _ alerts: TenantAlerts,
        for alert: Alert
    ) {
        let areForwarded = alert.type == .webhookReceived
        let isTenantFull =
            areForwarded && alerts.pendingCount >= AlertDelivery.forwardedPendingCountMaxOfTenant
        let most = isTenantFull ? 1 : AlertDelivery.pendingCountMax(areForwarded: areForwarded)
        let waiting = (alerts.deliveries[webhook] ?? [])
            .filter { $0.status == .pending && $0.isForwarded == areForwarded }
        guard waiting.count >= most, var oldest = waiting.first else { return }
        let error = AlertDelivery.queueFull
        oldest.note(AlertDelivery.Attempt(at: now, status: nil, error: error))
        oldest.end(.failed)
        changes.append(.putAlertDelivery(alert.tenant, oldest))
    }

    /// No two deliveries of a log have one id; with the time in it, none of a log that went back to a
    /// backup has the id of one that a receiver knows.
    private mutating func nextID() -> AlertDeliveryID {
        defer { count += 1 }
        let time = String(now.milliseconds, radix: 36)
        guard let id = AlertDeliveryID("msg_\(time)_\(state.position + 1)_\(count)") else {
            preconditionFailure("letters, digits and _ are a name")
        }
        return id
    }

    /// What a change means to the tenant; nil for nothing, or when nobody wants to know.
    private static func alert(for change: Change, on state: State) -> Alert? {
        switch change {
        case .putConnection(let new):
            let tenant = state.tenant(new.value.tenant)
            guard !tenant.alerts.webhooks.isEmpty, let old = tenant.connections[new.value.id] else {
                return nil
            }
            return alert(from: old.value, to: new.value)
        case .putHealth(let id, let connection, let health):
            let tenant = state.tenant(id)
            guard !tenant.alerts.webhooks.isEmpty, let value = tenant.connections[connection]?.value
            else { return nil }
            let before = tenant.health[connection]?.status ?? .unknown
            guard before != health.status else { return nil }
            var details: JSONObject = [
                "status": .string(health.status.rawValue),
                "previousStatus": .string(before.rawValue),
            ]
            details["errorCode"] = health.errorCode.map { .string($0) }
            return Alert(.connectionHealthChanged, of: value, details: details)
        case .addTransition(let tenant, let line, let step):
            guard let reason = step.breakGlass else { return nil }
            return Alert(
                .configBreakGlass,
                tenant: tenant,
                connection: nil,
                environment: line.environment,
                details: [
                    "blueprint": .string(line.blueprint.text),
                    "version": .integer(Int64(step.version)), "actor": .string(step.actor),
                    "reason": .string(reason),
                ]
            )
        case .putApprovalPolicy(let tenant, let policy):
            return alert(lowering: policy.value, policy.value.loweredReason, of: tenant, on: state)
        case .removeApprovalPolicy(let tenant, let reason):
            return alert(lowering: nil, reason, of: tenant, on: state)
        case .putChangeRequest(let request): return alert(of: request.value)
        default: return nil
        }
    }

    /// What a policy means that asks for fewer approvals: who may write it may do without them so.
    private static func alert(
        lowering policy: ApprovalPolicy?,
        _ reason: String?,
        of tenant: TenantID,
        on state: State
    ) -> Alert? {
        let old = state.tenant(tenant).approvalPolicy?.value
        let lowered = ApprovalPolicy.lowered(from: old, to: policy)
        guard !lowered.isEmpty else { return nil }
        return Alert(
            .configApprovalsLowered,
            tenant: tenant,
            connection: nil,
            environment: nil,
            details: [
                "environments": .array(lowered.map { .string($0.text) }),
                "reason": reason.map { .string($0) } ?? .null,
            ]
        )
    }

    /// What a change request means whose publication at its time was refused.
    private static func alert(of request: ChangeRequest) -> Alert? {
        guard let last = request.history.last, last.step == .fail, let failure = request.failure
        else { return nil }
        return Alert(
            .configScheduleFailed,
            tenant: request.tenant,
            connection: nil,
            environment: request.line.environment,
            details: [
                "blueprint": .string(request.line.blueprint.text),
                "version": .integer(Int64(request.version)),
                "changeRequest": .string(request.id.text), "code": .string(failure.code),
                "publishAt": request.publishAt.map { .string($0.text) } ?? .null,
            ]
        )
    }

    private static func alert(from old: Connection, to new: Connection) -> Alert? {
        let reason = new.statusReason
        guard let type = type(from: old, to: new, reason) else { return nil }
        return Alert(
            type,
            of: new,
            details: [
                "status": .string(new.status.rawValue),
                "previousStatus": .string(old.status.rawValue),
                "statusReason": reason.map { .string($0) } ?? .null,
            ]
        )
    }

    private static func type(
        from old: Connection,
        to new: Connection,
        _ reason: String?
    ) -> AlertType? {
        let wanted = Connection.needsReauthorization
        if reason == wanted, old.statusReason != wanted {
            return .connectionNeedsReauthorization
        }
        guard old.status != new.status else { return nil }
        switch new.status {
        case .active: return .connectionResumed
        case .paused: return .connectionPaused
        case .revoked: return .connectionRevoked
        case .draft: return nil
        }
    }
}
