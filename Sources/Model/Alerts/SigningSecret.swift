public import JSON

/// A secret that a webhook's deliveries are signed with, as the store keeps it: sealed.
public struct SigningSecret: Sendable, Hashable {
    /// The sealed secret; only the server's master key opens it.
    public let sealed: String
    /// Until when it is signed with, for one that was replaced; nil for the newest.
    public var until: Timestamp?

    /// A sealed secret.
    public init(sealed: String, until: Timestamp? = nil) {
        self.sealed = sealed
        self.until = until
    }

    /// Whether it is signed with at `now`.
    public func isInForce(at now: Timestamp) -> Bool { until.map { now < $0 } ?? true }

    /// The form in the log.
    public var storedJSON: JSONValue {
        var object: JSONObject = ["sealed": .string(sealed)]
        object["until"] = until.map { .string($0.text) }
        return .object(object)
    }

    /// Reads what `storedJSON` wrote; nil when it is something else.
    public init?(storedJSON json: JSONValue) {
        guard let sealed = json["sealed"]?.string else { return nil }
        self.init(sealed: sealed, until: json["until"]?.string.flatMap { Timestamp($0) })
    }
}

extension WebhookID {
    /// The name under which its secrets are sealed; no secret of the tenant's own can have such a one,
    /// since no name holds a slash.
    public var secretName: SecretName { SecretName(checked: "webhooks/\(text)") }
}
