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

    /// Tries to deliver; the attempt says how it ended.
    func send(
        _ delivery: AlertDelivery,
        to webhook: Webhook,
        of tenant: TenantID,
        at now: Timestamp
    ) async -> (status: Int?, error: String?) {
        var secrets: [SecretBytes] = []
        for secret in webhook.secrets where secret.isInForce(at: now) {
            let name = webhook.id.secretName
            guard let key = await sealing.open(secret.sealed, of: tenant, as: name) else {
                continue
            }
            secrets.append(key)
        }
        // Unsigned it would be of no use, and teach the receiver to take what is unsigned.
        guard !secrets.isEmpty else { return (nil, "SECRET_UNREADABLE") }
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
            return (try await outbound.send(request).status, nil)
        } catch {
            return (nil, Self.code(error.code))
        }
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
