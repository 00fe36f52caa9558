import Model

/// Which endpoints asked to be left alone, and until when: what waits for one waits for its end.
///
/// In memory alone: another process asks the endpoint itself, and is told the same.
struct EndpointPauses {
    /// The most endpoints that are remembered; one more is tried as the schedule has it.
    static let countMax = 10_000

    /// An endpoint; a webhook that has another URL by now is another one.
    struct Endpoint: Hashable {
        let tenant: TenantID
        let webhook: WebhookID
        let url: String
    }

    private var ends: [Endpoint: Timestamp] = [:]

    /// Notes what an endpoint asked for at `now`.
    mutating func note(_ endpoint: Endpoint, _ pause: Duration, at now: Timestamp) {
        if ends.count >= Self.countMax { ends = ends.filter { $0.value > now } }
        guard ends.count < Self.countMax || ends[endpoint] != nil else { return }
        ends[endpoint] = now + pause
    }

    /// Whether nothing is sent to it at `now`.
    func isPaused(_ endpoint: Endpoint, at now: Timestamp) -> Bool {
        ends[endpoint].map { now < $0 } ?? false
    }

    /// Whether no endpoint asked for anything.
    var isEmpty: Bool { ends.isEmpty }
}
