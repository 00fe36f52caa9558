import Model

/// When requests are tried again that could not be published for the moment: soon at first, then ever
/// more rarely.
struct ReleaseRetries: Sendable {
    /// How long a request waits after its first tries; after more of them as long as after the last.
    static let pauses: [Duration] = [.seconds(15), .seconds(30), .seconds(60), .seconds(120)]
    /// How long after the first of them a request is tried again; later it is one that was refused.
    static let window = Duration.seconds(1800)

    private struct Entry {
        var next: Timestamp
        var count: Int
    }

    private var entries: [ChangeRequestID: Entry] = [:]

    /// Whether a request waits for its next try.
    func isWaiting(_ id: ChangeRequestID, at now: Timestamp) -> Bool {
        entries[id].map { $0.next > now } ?? false
    }

    /// Notes that a try came to nothing.
    mutating func postpone(_ id: ChangeRequestID, at now: Timestamp) {
        let count = entries[id]?.count ?? 0
        let pause = Self.pauses[min(count, Self.pauses.count - 1)]
        entries[id] = Entry(next: now + pause, count: count + 1)
    }

    /// Forgets all but these.
    mutating func keep(_ ids: Set<ChangeRequestID>) {
        entries = entries.filter { ids.contains($0.key) }
    }
}
