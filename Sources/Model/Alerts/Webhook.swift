public import JSON

/// A subscription of a tenant to alerts: what it wants to hear, and where.
public struct Webhook: DocumentNoun {
    /// The most webhooks of one tenant.
    public static let countMax = 20
    /// The most connections that one lists.
    public static let connectionCountMax = 100
    /// The most types that one lists.
    public static let eventCountMax = 50
    /// The most secrets that stand at one time: the newest, and those that it replaced lately.
    public static let secretCountMax = 3
    /// The longest time that a replaced secret stands.
    public static let overlapSecondsMax = 7 * 86_400

    /// Whether it is sent anything.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case enabled
        case disabled
    }

    /// Why the server disabled it.
    public enum StatusReason: String, Sendable, Hashable, CaseIterable {
        /// The endpoint answered 410.
        case endpointGone = "ENDPOINT_GONE"
        /// Nothing could be delivered for days.
        case endpointFailing = "ENDPOINT_FAILING"
    }

    /// The id, unique within the tenant.
    public let id: WebhookID
    /// Where alerts are sent.
    public let url: WebhookURL
    /// The types that are sent; nil for all that need not be listed by name.
    public let events: Set<AlertType>?
    /// The environments whose connections it hears of; nil for all.
    public let environments: [EnvironmentName]?
    /// The connections that it hears of; nil for all.
    public let connections: [ConnectionID]?
    /// Whether it is sent anything.
    public let status: Status
    /// Why the server disabled it; nil when it did not.
    public let statusReason: StatusReason?
    /// What its deliveries are signed with, the newest first.
    public let secrets: [SigningSecret]
    /// The document, with `id`, `status` and `statusReason`, without secrets.
    public let document: StoredDocument

    /// Whether it wants the alert.
    public func wants(_ alert: Alert) -> Bool {
        guard status == .enabled, events?.contains(alert.type) ?? alert.type.isAmongAll else {
            return false
        }
        if let connections {
            guard let id = alert.connection, connections.contains(id) else { return false }
        }
        guard let environments else { return true }
        return alert.environment.map { environments.contains($0) } ?? false
    }

    /// The same webhook, disabled by the server.
    public func disabled(because reason: StatusReason) -> Webhook {
        var object = document.object
        object["status"] = .string(Status.disabled.rawValue)
        object["statusReason"] = .string(reason.rawValue)
        return copy(.disabled, reason, secrets, StoredDocument(object))
    }

    /// The same webhook with other secrets.
    public func signed(with secrets: [SigningSecret]) -> Webhook {
        copy(status, statusReason, secrets, document)
    }

    /// The same webhook in the place of `existing`: with its secrets, and with the server's reason
    /// while it stays disabled.
    public func replacing(_ existing: Webhook) -> Webhook {
        var object = document.object
        let reason = status == .disabled ? existing.statusReason : nil
        object["statusReason"] = reason.map { .string($0.rawValue) }
        return copy(status, reason, existing.secrets, StoredDocument(object))
    }

    private func copy(
        _ status: Status,
        _ reason: StatusReason?,
        _ secrets: [SigningSecret],
        _ document: StoredDocument
    ) -> Webhook {
        Webhook(
            id: id,
            url: url,
            events: events,
            environments: environments,
            connections: connections,
            status: status,
            statusReason: reason,
            secrets: secrets,
            document: document
        )
    }
}

extension Stored<Webhook> {
    /// The webhook as the API writes it: without its secrets.
    public var json: JSONObject {
        var object = value.document.object
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}
