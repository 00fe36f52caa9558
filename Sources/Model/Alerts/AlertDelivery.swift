public import JSON

/// One alert on its way to one webhook.
public struct AlertDelivery: Sendable {
    /// The most deliveries of one webhook that are kept after they have ended, alerts and what was
    /// forwarded each for itself.
    public static let countMax = 100
    /// The most alerts of one webhook that wait; one more gives up the oldest of them.
    public static let pendingCountMax = 64
    /// The most webhooks of providers that wait to be forwarded to one webhook; they come in bursts,
    /// and are counted apart, so that neither they nor alerts push out the others.
    public static let forwardedPendingCountMax = 256
    /// The most of them that wait for all webhooks of a tenant; beyond, a webhook for which some wait
    /// gives up its oldest.
    public static let forwardedPendingCountMaxOfTenant = 1024
    /// The most attempts of one delivery that are told, the newest.
    public static let attemptCountMax = 20

    /// Where it stands.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It will be tried, or tried again.
        case pending
        /// The endpoint took it.
        case delivered
        /// It was given up.
        case failed
    }

    /// One try to deliver it.
    ///
    /// What the endpoint answered beside its status is not kept.
    public struct Attempt: Sendable, Hashable {
        /// When it ended.
        public let at: Timestamp
        /// The status of the answer; nil when there was none.
        public let status: Int?
        /// Why there was no answer, as a stable code; nil when there was one.
        public let error: String?

        /// A try.
        public init(at: Timestamp, status: Int?, error: String?) {
            self.at = at
            self.status = status
            self.error = error
        }
    }

    /// The id, which the receiver sees as `webhook-id`: the same with every attempt.
    public let id: AlertDeliveryID
    /// The webhook.
    public let webhook: WebhookID
    /// What happened.
    public let type: String
    /// The bytes that are signed and sent.
    public let payload: [UInt8]
    /// When it came to be.
    public let createdAt: Timestamp
    /// Where it stands.
    public var status = Status.pending
    /// The tries so far, the oldest first.
    public private(set) var attempts: [Attempt] = []
    /// The tries since it was made or replayed.
    public private(set) var tryCount = 0
    /// When it is tried next; nil when it is not.
    public var nextAttemptAt: Timestamp?

    /// A delivery that is due at once.
    public init(
        id: AlertDeliveryID,
        webhook: WebhookID,
        type: String,
        payload: [UInt8],
        createdAt: Timestamp
    ) {
        self.id = id
        self.webhook = webhook
        self.type = type
        self.payload = payload
        self.createdAt = createdAt
        nextAttemptAt = createdAt
    }

    /// Notes a try; what follows from it is set by whoever tried.
    public mutating func note(_ attempt: Attempt) {
        attempts.append(attempt)
        tryCount += 1
        let surplus = attempts.count - Self.attemptCountMax
        if surplus > 0 { attempts.removeFirst(surplus) }
    }

    /// Whether it forwards what a provider posted.
    public var isForwarded: Bool { type == AlertType.webhookReceived.rawValue }

    /// The most deliveries of one kind to one webhook that wait.
    public static func pendingCountMax(areForwarded: Bool) -> Int {
        areForwarded ? forwardedPendingCountMax : pendingCountMax
    }

    /// The attempt that was none: it was given up to make room.
    public static let queueFull = "QUEUE_FULL"

    /// Whether it was given up to make room for newer ones.
    public var wasGivenUp: Bool { status == .failed && attempts.last?.error == Self.queueFull }

    /// Ends it.
    public mutating func end(_ status: Status) {
        self.status = status
        nextAttemptAt = nil
    }

    /// Lets it begin anew, with the same id and payload.
    public mutating func replay(at now: Timestamp) {
        status = .pending
        tryCount = 0
        nextAttemptAt = now
    }

    /// The delivery as the API writes it.
    public var json: JSONObject {
        [
            "id": .string(id.text), "webhookId": .string(webhook.text),
            "eventType": .string(type), "status": .string(status.rawValue),
            "createdAt": .string(createdAt.text), "attempts": .array(attempts.map(\.json)),
            "nextAttemptAt": nextAttemptAt.map { .string($0.text) } ?? .null,
        ]
    }

    /// The form in the log: what the API shows, with the payload.
    public var storedJSON: JSONValue {
        var object = json
        object["payload"] = .string(String(decoding: payload, as: UTF8.self))
        object["tryCount"] = .integer(Int64(tryCount))
        return .object(object)
    }

    /// Reads what `storedJSON` wrote; nil when it is something else.
    public init?(storedJSON json: JSONValue) {
        guard let id = json["id"]?.string.flatMap(AlertDeliveryID.init),
            let webhook = json["webhookId"]?.string.flatMap(WebhookID.init),
            let type = json["eventType"]?.string, let payload = json["payload"]?.string,
            let createdAt = json["createdAt"]?.string.flatMap({ Timestamp($0) }),
            let status = json["status"]?.string.flatMap(Status.init(rawValue:))
        else { return nil }
        self.init(
            id: id,
            webhook: webhook,
            type: type,
            payload: Array(payload.utf8),
            createdAt: createdAt
        )
        self.status = status
        attempts = (json["attempts"]?.array ?? []).compactMap(Attempt.init(storedJSON:))
        tryCount = Int(json["tryCount"]?.integer ?? 0)
        nextAttemptAt = json["nextAttemptAt"]?.string.flatMap { Timestamp($0) }
    }
}

extension AlertDelivery.Attempt {
    /// The try as the API writes it.
    var json: JSONValue {
        var object: JSONObject = ["at": .string(at.text)]
        object["status"] = status.map { .integer(Int64($0)) }
        object["error"] = error.map { .string($0) }
        return .object(object)
    }

    init?(storedJSON json: JSONValue) {
        guard let at = json["at"]?.string.flatMap({ Timestamp($0) }) else { return nil }
        self.init(
            at: at,
            status: json["status"]?.integer.map { Int($0) },
            error: json["error"]?.string
        )
    }
}
