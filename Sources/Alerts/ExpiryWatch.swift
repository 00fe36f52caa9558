import JSON
public import Ledger
import Model
import Synchronization

/// Looks for credentials that end soon, and tells it once for each threshold.
public final class ExpiryWatch: Sendable {
    /// How often it looks: seldom enough to cost nothing, often enough for days.
    static let interval = Duration.seconds(600)
    /// The days before the end at which it is told.
    public static let daysLeft = [0, 3, 14]

    private let ledger: Ledger
    private let feed: AlertFeed
    private let clock: AlertClock
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// A watch that tells `feed`.
    public init(ledger: Ledger, feed: AlertFeed, clock: AlertClock = .system) {
        self.ledger = ledger
        self.feed = feed
        self.clock = clock
    }

    /// Looks again and again, until it is stopped.
    public func start() {
        let task = Task { [weak self] in
            while !Task.isCancelled {
                guard let self else { return }
                await self.look()
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    // Stopped, which is no failure.
                    return
                }
            }
        }
        self.task.withLock { $0 = task }
    }

    /// Ends it.
    public func stop() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// Looks at the connections of every tenant that has a webhook.
    func look() async {
        let state = ledger.state
        let now = clock.now()
        for id in state.tenants.keys {
            guard !Task.isCancelled, let tenant = state.tenants[id] else { return }
            guard !tenant.alerts.webhooks.isEmpty else { continue }
            for connection in tenant.connections.values.map(\.value) {
                guard let note = Self.note(on: connection, now),
                    note.mark.map({ !tenant.alerts.knows($0, of: connection.id) }) ?? true
                else { continue }
                // Waited for: a thousand at once would be more than the feed holds.
                await feed.write(note)
            }
        }
    }

    private static func note(on connection: Connection, _ now: Timestamp) -> AlertFeed.Note? {
        guard connection.status != .revoked, let end = connection.credentialsExpireAt else {
            return nil
        }
        let left = end - now
        guard let days = daysLeft.first(where: { left <= .seconds($0 * 86_400) }) else {
            return nil
        }
        return AlertFeed.Note(
            .connectionCredentialsExpiring,
            tenant: connection.tenant,
            connection: connection.id,
            details: ["expiresAt": .string(end.text), "daysLeft": .integer(Int64(days))],
            mark: AlertMark(name: "credentials.\(days)", value: end.text)
        )
    }
}
