import Platform
import Synchronization

/// The hash-chained record of what happened, in files or in memory (API section 8).
///
/// There is one chain for the process. Appending is a group commit: records that come while a batch
/// is being written wait and become the next batch together, so that many callers share one sync. A
/// record's sequence, id and hashes are made when its batch is, by one task at a time. What was
/// appended is durable; after a failed write nothing is appended any more, since nobody knows what
/// the medium holds.
public final class AuditTrail: Sendable {
    /// How a trail behaves.
    public struct Configuration: Sendable {
        /// The folder of its files; nil keeps the newest records in memory.
        public var folder: String?
        /// A segment takes no batch any more when it has this size, in bytes.
        public var segmentByteCountMax = 64 << 20
        /// The most records that wait to be written.
        public var pendingCountMax = 4096
        /// A segment takes no batch any more when it has this many records.
        public var segmentRecordCountMax = 65_536
        /// A segment takes no batch any more when its first record was appended so long ago.
        ///
        /// Nil lets it take them however old it is. With it, what is kept for a time goes then, also where
        /// little is appended.
        public var segmentAgeMax: Duration?
        /// The newest records kept in memory, where there is no folder.
        public var memoryRecordCountMax = 10_000
        /// The calendar, for ids: milliseconds since 1970 UTC.
        public var now: @Sendable () -> Int64 = { WallClock.milliseconds() }

        /// A configuration with the limits most servers want.
        public init(folder: String? = nil) { self.folder = folder }
    }

    /// The most records of one batch.
    static let batchCountMax = 1024

    struct Waiting: Sendable {
        let record: UnsealedRecord
        /// Called once, when it is durable or never will be.
        let finish: @Sendable (Result<ChainLink, AuditError>) -> Void
    }

    /// Somebody who waits until nothing is left to write.
    typealias Drain = CheckedContinuation<Void, Never>

    struct State {
        var waiting: [Waiting] = []
        var isFlushing = false
        var isClosed = false
        var head: AuditHead
        /// Why nothing is appended any more.
        var failure: AuditError?
        var drains: [Drain] = []
        /// The last record that was removed.
        var removed = AuditHead.empty
    }

    let configuration: Configuration
    let store: any RecordStore
    let state: Mutex<State>
    let index: TrailIndex
    /// The copy of what a crash had torn, when opening the trail cut something off.
    public let brokenCopy: String?

    private init(_ configuration: Configuration, _ store: any RecordStore, _ found: Recovered) {
        self.configuration = configuration
        self.store = store
        self.state = Mutex(State(head: found.head, removed: found.removed))
        self.index = TrailIndex(folder: configuration.folder.map { Folder($0) })
        self.brokenCopy = found.brokenCopy
    }

    /// Opens a trail, and checks how it ends; how long it is makes no difference.
    ///
    /// The last segment is read in the background, for the lists, and indexes that are missing are made.
    ///
    /// - Throws: `AuditError` with `.damaged`, the file and the offset when the end of the trail is
    ///   not what was written, beyond a batch torn by a crash.
    public static func open(_ configuration: Configuration) async throws(AuditError) -> AuditTrail {
        guard let path = configuration.folder else {
            let store = MemoryStore(recordCountMax: configuration.memoryRecordCountMax)
            return AuditTrail(configuration, store, Recovered())
        }
        let store = FolderStore(Folder(path), configuration)
        let found = try await store.recover()
        let trail = AuditTrail(configuration, store, found)
        trail.index.begin(found.segments, through: found.head)
        return trail
    }

    /// Why some of what is there can't be listed: it is damaged; nil while all is well.
    public var damage: AuditError? { index.damage }

    /// The newest record that is durable: to be anchored elsewhere.
    public var head: AuditHead { state.withLock { $0.head } }

    /// Why nothing can be appended any more; nil while all is well.
    public var failure: AuditError? { state.withLock { $0.failure } }

    private let unwritten = Atomic<UInt64>(0)

    /// How many records could not be written since the start, for whatever reason.
    public var unwrittenCount: UInt64 { unwritten.load(ordering: .relaxed) }

    /// Appends a record; durable when it returns.
    ///
    /// - Throws: `AuditError`; after `.overloaded` and `.recordTooLarge` the trail goes on, after
    ///   others it does not.
    public func append(_ draft: AuditDraft) async throws(AuditError) -> AuditRecord {
        let record = UnsealedRecord(draft)
        let result = await withCheckedContinuation { continuation in
            enqueue([Waiting(record: record) { continuation.resume(returning: $0) }])
        }
        if case .failure = result { unwritten.add(1, ordering: .relaxed) }
        return record.record(at: try result.get())
    }

    /// The most records of one caller that wait together, so that others find room beside them.
    private static let groupCountMax = 256

    /// Appends records in their order, which share syncs; durable when it returns.
    ///
    /// - Throws: The first record's `AuditError` that was not appended; later ones may have been.
    public func append(contentsOf drafts: [AuditDraft]) async throws(AuditError) {
        var rest = drafts[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.groupCountMax)
            rest = rest.dropFirst(part.count)
            let result = await withCheckedContinuation { continuation in
                let group = AppendGroup(count: part.count) { continuation.resume(returning: $0) }
                enqueue(part.map { Waiting(record: UnsealedRecord($0)) { group.finish($0) } })
            }
            if case .failure = result {
                unwritten.add(UInt64(part.count + rest.count), ordering: .relaxed)
            }
            try result.get()
        }
    }

    /// Waits until everything appended so far is written, then refuses more.
    public func close() async {
        await withCheckedContinuation { (continuation: Drain) in
            let isIdle = state.withLock { state in
                state.isClosed = true
                state.failure = state.failure ?? AuditError(.closed, "the audit trail was closed")
                guard state.isFlushing else { return true }
                state.drains.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
        await store.close()
    }

    private enum Admission {
        case refused(AuditError)
        case waits
        case startsFlush
    }

    private func enqueue(_ waiting: [Waiting]) {
        let admission = state.withLock { state -> Admission in
            if let failure = state.failure { return .refused(failure) }
            guard state.waiting.count + waiting.count <= configuration.pendingCountMax else {
                return .refused(AuditError(.overloaded, "too many audit records wait"))
            }
            state.waiting += waiting
            guard !state.isFlushing else { return .waits }
            state.isFlushing = true
            return .startsFlush
        }
        switch admission {
        case .refused(let error): for entry in waiting { entry.finish(.failure(error)) }
        case .waits: break
        case .startsFlush:
            Task(executorPreference: store.appendExecutor) { await self.flush() }
        }
    }
}
