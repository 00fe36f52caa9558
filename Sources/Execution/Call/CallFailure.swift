public import Audit
public import JSON
public import Model

/// Why a call has no result.
public struct CallFailure: Error, Sendable {
    /// What happened.
    public enum Reason: Error, Sendable, Hashable {
        /// The input breaks the operation's schema, or has what cannot be sent.
        case invalidInput([Issue])
        /// The merged config has what the operation cannot be called with.
        case invalidConfig([Issue])
        /// The spec describes a request that may not be sent.
        case requestNotSendable(detail: String)
        /// The secret cannot be read, or is not what the integration needs.
        case secretUnavailable(detail: String)
        /// The authorization server takes the connection's grant no more, or there never was one: only
        /// its owner can help. Nothing was sent to the provider.
        case needsReauthorization(detail: String)
        /// A limit of the connection is reached.
        case limited(LimitKind, name: String, retryAfterSeconds: Int)
        /// The limits that replicas share cannot be asked; nothing was sent.
        case limitsUnavailable
        /// The connection's circuit breaker is open.
        case circuitOpen(retryAfterSeconds: Int)
        /// The provider answered an error; no status when what it answered has none.
        case providerError(ProviderError)
        /// The time was over.
        case providerTimeout
        /// The provider refused or dropped the connection.
        case providerUnreachable(detail: String)
        /// The provider's name resolves to addresses that may not be called.
        case addressRefused(detail: String)
        /// This server has as many calls under way as it takes, of the connection or of all: nothing
        /// was sent, and nothing is known of the provider.
        case overloaded(OverloadLimit)
        /// The caller went away while the answer was handed on.
        case callerGone
        /// The audit record cannot be written.
        case auditUnavailable(wasSent: Bool)
    }

    /// What of this server's own is used up.
    public enum OverloadLimit: String, Sendable, Hashable {
        /// The calls under way of one connection (`execution.callsPerConnection`).
        case callsPerConnection
        /// The requests under way of the whole process, and those that wait for their turn.
        case callsInFlight
    }

    /// What kind of limit was reached.
    public enum LimitKind: Sendable, Hashable {
        /// Calls a minute or an hour.
        case rate
        /// Calls of a calendar period.
        case quota
        /// Calls at the same time.
        case concurrency
    }

    /// An error that a provider answered.
    public struct ProviderError: Sendable, Hashable {
        /// The provider's status; nil when what it answered has none that can be read.
        public let status: Int?
        /// The body, without the secret's values, its head when it is long; null when it cannot be
        /// read.
        public let body: JSONValue
        /// The provider's own code, from where the spec says it stands.
        public let code: String?
        /// The provider's own words, from where the spec says they stand.
        public let message: String?
        /// The provider's own id of the request.
        public let requestID: String?
        /// Why the answer cannot be read, in this server's words; nil when it can.
        public let unreadable: String?

        /// Whether it tells how the call ended: what cannot be read tells nothing, and with 429 the
        /// provider has put the call off.
        public var isOutcome: Bool { unreadable == nil && status != 429 }
    }

    /// What happened.
    public let reason: Reason
    /// How often the provider was called.
    public let attempts: Int
    /// Whether the provider may have seen a request, and carried it out: what must not be done twice
    /// is then not tried again.
    public let mayHaveReachedProvider: Bool
    /// How long it took.
    public let latency: Duration
    /// The id of the audit record; nil when it could not be written.
    public let auditID: String?
    /// The account that was to serve the call.
    public let connection: ConnectionID
    /// The operation that was to serve it.
    public let operation: OperationID
    /// The connections that would have served if they could.
    public let passedOver: [AuditPassedOver]
}
