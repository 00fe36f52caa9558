public import JSON
public import Ledger
public import Model
import Synchronization

/// Takes what the ledger does not know of, such as a breaker that opened, and puts it into the outbox.
///
/// Whoever tells it does not wait, and whoever is of no interest to any webhook costs a look at a table.
public final class AlertFeed: Sendable {
    /// The most notes that wait for the ledger; more are dropped and counted.
    public static let noteCountMax = 1024

    /// Something that happened to a connection.
    public struct Note: Sendable {
        /// What happened.
        public let type: AlertType
        /// Whose connection it is.
        public let tenant: TenantID
        /// The connection.
        public let connection: ConnectionID
        /// What the type tells besides.
        public let details: JSONObject
        /// What keeps it from being told twice; nil for what is told each time.
        public let mark: AlertMark?

        /// A note.
        public init(
            _ type: AlertType,
            tenant: TenantID,
            connection: ConnectionID,
            details: JSONObject,
            mark: AlertMark? = nil
        ) {
            self.type = type
            self.tenant = tenant
            self.connection = connection
            self.details = details
            self.mark = mark
        }
    }

    private let ledger: Ledger
    private let clock: AlertClock
    private let notes: AsyncStream<Note>
    private let source: AsyncStream<Note>.Continuation
    private let dropped = Atomic<Int>(0)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// A feed, which writes nothing before `start`.
    public init(ledger: Ledger, clock: AlertClock = .system) {
        self.ledger = ledger
        self.clock = clock
        (notes, source) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.noteCountMax)
        )
    }

    /// The notes that were dropped since too many waited.
    public var droppedCount: Int { dropped.load(ordering: .relaxed) }

    /// Notes what happened, if any webhook of the tenant may want to know.
    public func note(_ note: Note) {
        let alerts = ledger.state.tenant(note.tenant).alerts
        guard !alerts.webhooks.isEmpty else { return }
        if let mark = note.mark, alerts.knows(mark, of: note.connection) { return }
        guard case .enqueued = source.yield(note) else {
            dropped.add(1, ordering: .relaxed)
            return
        }
    }

    /// Writes what is noted, until it is stopped.
    public func start() {
        let notes = notes
        let task = Task { [weak self] in
            for await note in notes { await self?.write(note) }
        }
        self.task.withLock { $0 = task }
    }

    /// Writes what waits, and ends.
    public func stop() async {
        source.finish()
        await task.withLock { $0 }?.value
    }

    /// Puts a note into the outbox of every webhook that wants it.
    func write(_ note: Note) async {
        let now = clock.now()
        do {
            _ = try await ledger.commit(actor: .system("alerts"), now: now) {
                (state, _) throws(Never) in
                Ledger.Plan(Self.changes(for: note, state, now), answer: true)
            }
        } catch {
            // An alert that can't be kept can't be sent later either; the ledger tells the operator.
            dropped.add(1, ordering: .relaxed)
        }
    }

    private static func changes(for note: Note, _ state: State, _ now: Timestamp) -> [Change] {
        let tenant = state.tenant(note.tenant)
        guard let connection = tenant.connections[note.connection]?.value else { return [] }
        if let mark = note.mark, tenant.alerts.knows(mark, of: note.connection) { return [] }
        var outbox = AlertOutbox(state, now: now)
        outbox.put(Alert(note.type, of: connection, details: note.details))
        let mark = note.mark.map { [Change.putAlertMark(note.tenant, note.connection, $0)] } ?? []
        return outbox.changes.isEmpty ? [] : outbox.changes + mark
    }
}
