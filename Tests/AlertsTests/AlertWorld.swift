import JSON
import Ledger
import Model
import Outbound
import Platform
import Secrets
import Synchronization

@testable import Alerts

/// A tenant with a connection and a webhook, and a clock that the test moves.
struct AlertWorld {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    let ledger: Ledger
    let dispatcher: AlertDispatcher
    let tenant: TenantID
    let webhook: WebhookID
    private let time: TestTime

    init(
        _ url: String,
        over ledger: Ledger? = nil,
        policy: AddressPolicy = .unrestricted,
        fraction: Double = 0,
        recorder: DisablingRecorder = .none
    ) async throws {
        let time = TestTime()
        self.time = time
        self.ledger = try ledger ?? Ledger(journal: MemoryJournal())
        tenant = try required(TenantID("acme"))
        webhook = try required(WebhookID("ops"))
        let clock = AlertClock(now: { time.now }, fraction: { fraction })
        let outbound = try OutboundClient(OutboundConfiguration(addressPolicy: policy))
        dispatcher = AlertDispatcher(
            ledger: self.ledger,
            sender: AlertSender(outbound: outbound, sealing: PlainSealing()),
            holder: "tests",
            clock: clock,
            recorder: recorder
        )
        guard self.ledger.state.tenant(tenant).alerts.webhooks.isEmpty else { return }
        let stored = Stored(
            try Self.webhook(webhook, url),
            revision: 1,
            createdAt: Self.start,
            updatedAt: Self.start
        )
        try await commit([.putWebhook(tenant, stored)])
    }

    /// A webhook signed with `key-1`.
    static func webhook(_ id: WebhookID, _ url: String) throws -> Webhook {
        let issues = IssueList()
        let webhook = Webhook(
            reading: ["url": .string(url)],
            id: id,
            isPath: true,
            issues: issues
        )
        try issues.throwErrors()
        return webhook.signed(with: [SigningSecret(sealed: "key-1")])
    }

    var alerts: TenantAlerts { ledger.state.tenant(tenant).alerts }
    var deliveries: [AlertDelivery] { alerts.deliveries[webhook] ?? [] }
    var current: Stored<Webhook>? { alerts.webhooks[webhook] }
    var now: Timestamp { time.now }

    func advance(_ duration: Duration) { time.advance(duration) }

    func commit(_ changes: [Change]) async throws {
        let now = time.now
        _ = try await ledger.commit(actor: .system("tests"), now: now) { (_, _) throws(Never) in
            Ledger.Plan(changes, answer: true)
        }
    }

    /// Puts a ping on its way; its id.
    func ping() async throws -> AlertDeliveryID {
        let (tenant, webhook, now) = (tenant, webhook, time.now)
        return
            try await ledger.commit(actor: .system("tests"), now: now) {
                (state, _) throws(Never) in
                var outbox = AlertOutbox(state, now: now)
                let alert = Alert(
                    .webhookPing,
                    tenant: tenant,
                    connection: nil,
                    environment: nil,
                    details: ["webhookId": .string(webhook.text)]
                )
                let delivery = outbox.put(alert, to: webhook)
                return Ledger.Plan(outbox.changes, answer: delivery.id)
            }
            .answer
    }
}

/// What a test needs and does not have.
struct MissingValue: Error {}

func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw MissingValue() }
    return value
}

/// A calendar that a test moves.
final class TestTime: Sendable {
    private let value = Mutex(AlertWorld.start)

    var now: Timestamp { value.withLock { $0 } }

    func advance(_ duration: Duration) { value.withLock { $0 = $0 + duration } }
}

/// Keeps what is sealed as it is: the text is the key.
struct PlainSealing: SecretSealing {
    func seal(_ secret: SecretBytes, of tenant: TenantID, as name: SecretName) -> String? { nil }

    func open(_ sealed: String, of tenant: TenantID, as name: SecretName) -> SecretBytes? {
        sealed == "lost" ? nil : SecretBytes(Array(sealed.utf8))
    }
}
