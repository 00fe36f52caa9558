public import Model
import Synchronization

/// The one place where state changes: every mutation is an entry of one ordered log.
///
/// A writer hands in a plan, a function from the state to changes. Plans run one after the other on
/// the newest state, also one that is not durable yet; what they made is appended to the journal as
/// one batch (group commit), and when the journal says that it is durable the new state is published
/// and the writers are answered. Readers take a copy of the published state and never wait.
///
/// After the journal failed once nothing is written any more: what the disk kept is unknown until the
/// process starts again. Reads go on. Over a journal that other processes append to as well, a write
/// that lost to another one is planned again behind it, so writes are strictly serializable over all
/// of them; what the others wrote is followed, and reads show it a moment later.
public final class Ledger: Sendable {
    /// The most writes that wait for the journal.
    public static let pendingCountMax = 10_000
    /// The most entries of one batch.
    public static let batchCountMax = 512
    /// The largest entry, in bytes; a line of a snapshot is never larger than the entry it came in.
    public static let entryByteCountMax = 32 << 20
    /// After how many entries a snapshot is written, unless said otherwise.
    public static let snapshotIntervalDefault = 50_000

    /// What a plan is told.
    public struct Stamp: Sendable {
        /// The revision that its changes will have.
        public let revision: UInt64
        /// When they are made.
        public let now: Timestamp
    }

    /// What a plan decides.
    public struct Plan<Answer: Sendable>: Sendable {
        /// The changes; none when there is nothing to change.
        public let changes: [Change]
        /// What the writer wants to answer.
        public let answer: Answer
        /// The audit records that the changes have to have; nil for none.
        public let owes: OwedRecords?
        /// What of another writer's is settled by the entry; nil for nothing.
        public let settles: AuditSettlement?

        /// A plan's decision.
        public init(
            _ changes: [Change],
            answer: Answer,
            owes: OwedRecords? = nil,
            settles: AuditSettlement? = nil
        ) {
            self.changes = changes
            self.answer = answer
            self.owes = owes
            self.settles = settles
        }
    }

    /// Whether the ledger takes writes.
    public enum Condition: Sendable, Hashable {
        case serving
        /// It failed, or was closed; `detail` is for the operator.
        case readOnly(detail: String)
    }

    struct Shared {
        /// Durable, and what readers see.
        var published: State
        var condition = Condition.serving
        var pending: [PendingWrite] = []
        var isFlushing = false
        var isSaving = false
        /// The position that the newest snapshot covers.
        var savedPosition: UInt64
        var waiters = RevisionWaiters()
        var closers: [CheckedContinuation<Void, Never>] = []
        var snapshotFailure: String?
    }

    let journal: any Journal
    /// The journal, when other processes append to it as well.
    let sharedJournal: (any SharedJournal)?
    /// Since when, and how often others were first; see `Ledger+Sharing`.
    let sharing = Sharing()
    let snapshotInterval: Int
    /// What loading the journal found, with sentences for the operator about what was mended.
    public let loadReport: JournalReport
    let shared: Mutex<Shared>
    /// The newest entries, for those who follow the log.
    let recent: RecentEntries
    /// Past states that were asked for.
    let past = PastStates()
    /// What this process knows of the audit records that its entries owe; nil where nothing can be lost
    /// between the two, or nobody keeps a trail.
    let debtBook: AuditDebtBook?
    /// The published state's position and revision, for readers that want no more of it.
    private let publishedPosition: Atomic<UInt64>
    private let publishedRevision: Atomic<UInt64>

    /// Loads the journal and folds it.
    ///
    /// Blocking; call it before anything is served.
    ///
    /// - Parameters:
    ///   - journal: Where the log is kept.
    ///   - auditWriter: Whose entries owe audit records until the trail has them; nil when none do.
    ///   - snapshotInterval: After how many entries a snapshot is written; 1 or more.
    ///   - recentBounds: How many of the newest entries are kept in memory for those who follow.
    /// - Throws: `LedgerError` with `.locked`, `.damaged`, `.readOnly`, `.unavailable`.
    public init(
        journal: any Journal,
        auditWriter: AuditWriter? = nil,
        snapshotInterval: Int = Ledger.snapshotIntervalDefault,
        recentBounds: RecentEntryBounds = RecentEntryBounds()
    ) throws(LedgerError) {
        precondition(snapshotInterval > 0, "a snapshot follows an entry")
        var loader = StateLoader()
        let report: JournalReport
        do {
            report = try journal.load(
                line: { (line) throws(JournalError) in try loader.read(line: line) },
                record: { (record) throws(JournalError) in try loader.read(record) }
            )
            try loader.finish()
        } catch {
            throw LedgerError(atStart: error)
        }
        loader.state.position = report.lastPosition
        self.journal = journal
        self.sharedJournal = journal as? any SharedJournal
        self.loadReport = report
        self.snapshotInterval = snapshotInterval
        self.debtBook = auditWriter.map { AuditDebtBook($0, loader.state.auditDebts) }
        self.shared = Mutex(
            Shared(published: loader.state, savedPosition: report.snapshotPosition)
        )
        self.recent = RecentEntries(
            position: loader.state.position,
            revision: loader.state.revision,
            bounds: recentBounds
        )
        self.publishedPosition = Atomic(loader.state.position)
        self.publishedRevision = Atomic(loader.state.revision)
        startFollowing()
    }

    deinit { sharing.stop() }

    /// The state at the newest durable revision.
    public var state: State { shared.withLock { $0.published } }

    /// The position of the newest durable state: what was computed at one position is the same as
    /// long as it is the newest.
    public var position: UInt64 { publishedPosition.load(ordering: .acquiring) }

    /// The revision of the newest durable state.
    public var revision: UInt64 { publishedRevision.load(ordering: .acquiring) }

    /// Tells readers without the lock of a new state; called under the lock, so that whoever sees
    /// the numbers sees the state too.
    func note(_ state: State) {
        publishedRevision.store(state.revision, ordering: .releasing)
        publishedPosition.store(state.position, ordering: .releasing)
    }

    /// Whether the ledger takes writes.
    public var condition: Condition { shared.withLock { $0.condition } }

    /// Why the last snapshot could not be written, for the operator; nil when it was.
    public var snapshotFailure: String? { shared.withLock { $0.snapshotFailure } }

    /// The writes that wait for the journal.
    public var pendingCount: Int { shared.withLock { $0.pending.count } }

    /// Waits until a revision is published.
    ///
    /// - Returns: Whether it was reached within `timeout`; false also when too many wait already.
    public func wait(for revision: UInt64, timeout: Duration) async -> Bool {
        if state.revision >= revision { return true }
        return await withCheckedContinuation { continuation in
            let id = shared.withLock { shared -> UInt64?? in
                if shared.published.revision >= revision { return .some(nil) }
                return shared.waiters.add(revision, continuation).map { .some($0) } ?? nil
            }
            guard let id else { return continuation.resume(returning: false) }
            guard let id else { return continuation.resume(returning: true) }
            Task {
                do {
                    try await Task.sleep(for: timeout)
                } catch {
                    // A cancelled sleep ends early; the waiter is answered below all the same.
                }
                self.shared.withLock { $0.waiters.take(id) }?.resume(returning: false)
            }
        }
    }

    /// Finishes what was handed in, writes a snapshot of a journal of this process alone, and closes it.
    ///
    /// Later writes are refused.
    public func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = shared.withLock { shared in
                if shared.isFlushing { shared.closers.append(continuation) }
                return !shared.isFlushing
            }
            if isIdle { continuation.resume() }
        }
        let isHealthy = shared.withLock { shared in
            defer { shared.condition = .readOnly(detail: "the ledger was closed") }
            return shared.condition == .serving && shared.savedPosition < shared.published.position
        }
        if isHealthy, sharedJournal == nil { await saveSnapshot() }
        sharing.stop()
        await journal.close()
    }
}
