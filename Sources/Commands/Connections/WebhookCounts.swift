import Synchronization

/// Counts what became of the webhooks that were signed well; the others are failed authentications.
final class WebhookCounts: Sendable {
    /// What became of one.
    enum Outcome: String, CaseIterable {
        case accepted
        case duplicate
        case challenge
        case refused
    }

    private let counts = Mutex<[Outcome: UInt64]>([:])

    func note(_ outcome: Outcome) { counts.withLock { $0[outcome, default: 0] += 1 } }

    /// The part of `/metrics`.
    var metricsText: String {
        let counts = counts.withLock { $0 }
        let name = "bindery_webhooks_total"
        var text = MetricsText()
        text.family(name, .counter, "Webhooks with a good signature, by what became of them.")
        for outcome in Outcome.allCases {
            text.sample(name, counts[outcome] ?? 0, [("outcome", outcome.rawValue)])
        }
        return text.text
    }
}
