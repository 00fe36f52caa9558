import Ledger
import Model
public import Outbound
import Platform
public import Secrets

/// Sends one delivery to its endpoint, once.
public struct AlertSender: Sendable {
    /// How long an endpoint may take for everything.
    public static let timeout = Duration.seconds(15)
    /// The largest answer that is read; it is thrown away, but for its status.
    public static let answerByteCountMax = 256 << 10

    private let outbound: OutboundClient
    private let sealing: any SecretSealing

    /// A sender through this client, whose address policy every endpoint passes.
    public init(outbound: OutboundClient, sealing: any SecretSealing) {
        self.outbound = outbound
        self.sealing = sealing
    }

    /// How an attempt ended.
    struct Answer {
        /// The status of the answer; nil when there was none.
        var status: Int?
        /// Why there was none.
        var error: String?
        /// How long the endpoint asks to be left alone, as far as it is obeyed; nil when it does not.
        var pause: Duration?
    }

    /// Tries to deliver; the attempt says how it ended.
    func send(
        _ delivery: AlertDelivery,
        to webhook: Webhook,
        of tenant: TenantID,
        at now: Timestamp
    ) async -> Answer {
        var secrets: [SecretBytes] = []
        for secret in webhook.secrets where secret.isInForce(at: now) {
            let name = webhook.id.secretName
            guard let key = await sealing.open(secret.sealed, of: tenant, as: name) else {
                continue
            }
            secrets.append(key)
        }
        // Unsigned it would be of no use, and teach the receiver to take what is unsigned.
        guard !secrets.isEmpty else { return Answer(error: "SECRET_UNREADABLE") }
        let seconds = now.milliseconds / 1000
        let signature = AlertSignature.header(
            id: delivery.id.text,
            seconds: seconds,
            body: delivery.payload,
            secrets: secrets
        )
        let request = OutboundRequest(
            for: .alert,
            method: "POST",
            url: webhook.url.text,
            headers: [
                OutboundHeader("Content-Type", "application/json"),
                OutboundHeader("webhook-id", delivery.id.text),
                OutboundHeader("webhook-timestamp", String(seconds)),
                OutboundHeader("webhook-signature", signature),
            ],
            body: delivery.payload,
            timeout: Self.timeout,
            responseByteCountMax: Self.answerByteCountMax
        )
        do {
            let response = try await outbound.send(request)
            return Answer(status: response.status, pause: Self.pause(response, at: now))
        } catch {
            return Answer(error: Self.code(error.code))
        }
    }

    /// What `Retry-After` asks for, in either form; only of an endpoint that is too busy.
    private static func pause(_ response: OutboundResponse, at now: Timestamp) -> Duration? {
        guard [429, 503].contains(response.status) else { return nil }
        return response.header("retry-after")
            .flatMap { RetryAfter.wait($0, now: now.milliseconds) }
            .map { min($0, DeliverySchedule.retryAfterMax) }
    }

    /// What the tenant is told of why there is no answer: nothing of this server's network.
    private static func code(_ code: OutboundError.Code) -> String {
        switch code {
        case .addressRefused: "ADDRESS_REFUSED"
        case .unreachable: "UNREACHABLE"
        case .timeout: "TIMEOUT"
        case .droppedBeforeAnswer: "CONNECTION_DROPPED"
        case .tls: "TLS_FAILED"
        case .malformedAnswer: "MALFORMED_ANSWER"
        case .responseTooLarge: "ANSWER_TOO_LARGE"
        case .invalidRequest: "INVALID_REQUEST"
        case .cancelled, .overloaded: "NOT_SENT"
        }
    }
}
