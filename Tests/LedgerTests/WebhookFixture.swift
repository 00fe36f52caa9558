import JSON
import Model
import Testing

@testable import Ledger

/// Webhooks as the ledger takes them.
enum WebhookFixture {
    /// A mark whose digest is made of a name of at most eight letters.
    static func mark(
        _ name: String,
        at now: Timestamp = StateFixture.now,
        for seconds: Int64 = 60
    ) -> WebhookMark {
        let bytes = Array(name.utf8) + [UInt8](repeating: 0, count: 8 - name.utf8.count)
        // All in one row: its number is in the last bytes.
        return WebhookMark(
            digest: bytes + [UInt8](repeating: 0, count: 8),
            receivedAt: now,
            expiresAt: now + .seconds(seconds)
        )
    }

    static func delivery(
        _ name: String,
        at now: Timestamp = StateFixture.now
    ) throws -> WebhookDelivery {
        WebhookDelivery(
            tenant: try #require(TenantID("acme")),
            connection: try #require(ConnectionID("conn_a")),
            environment: try #require(EnvironmentName("sandbox")),
            mark: mark(name, at: now),
            object: ["deliveryId": .string(name), "body": ["ü": [1, nil]]]
        )
    }
}
