import Model
import Platform
import Synchronization

/// Finds a tenant's records by what the filters name, without reading the others.
///
/// The segment that is appended to is indexed in memory. Each older one has its index in a file, written
/// in the background when the segment is full; memory keeps 200 bytes of it. A start reads the last
/// segment and the headers of the files. A file that is missing or damaged is made again from its
/// segment; until then whoever needs it waits, and the others do not.
final class TrailIndex: Sendable {
    /// The most indexes in memory that wait to be written to their files.
    static let sealedCountMax = 4

    /// What is known of a segment that takes no records any more.
    enum Closed: Sendable {
        /// Nothing yet: its index is being checked or made.
        case unknown
        /// Its index is in memory.
        case live(LiveIndex)
        /// Its index is in its file.
        case filed(SegmentSummary)
        /// The segment cannot be read.
        case damaged(AuditError)
    }

    struct State {
        /// The index of the segment that is appended to.
        ///
        /// After a start, until what was there is read:
        /// of what was appended since, while the rest is a closed segment like others.
        var current: LiveIndex?
        var closed: [UInt64: Closed] = [:]
        /// The first sequences of the closed segments, ascending.
        var order: [UInt64] = []
        /// The segments whose index is being made again.
        var rebuilding: Set<UInt64> = []
        /// Everything before it was removed.
        var oldest: UInt64 = 1
    }

    let state = Mutex(State())
    /// Where the files are; nil for a trail in memory.
    let files: FileQueue<SegmentIndexing>?
    /// Looks things up, so that no look-up waits for a segment that is read.
    let searcher: FileQueue<Folder>?

    /// An index for the trail in `folder`; nil for one in memory.
    init(folder: Folder?) {
        files = folder.map {
            FileQueue(label: "audit-indexer", SegmentIndexing(folder: $0))
        }
        searcher = folder.map { FileQueue(label: "audit-searcher", $0) }
    }

    /// Takes in records that were appended, in their order.
    func add(_ records: [(record: IndexedRecord, place: RecordPlace)]) {
        let sealed = state.withLock { state -> [UInt64] in
            var sealed: [UInt64] = []
            for (record, place) in records {
                if let current = state.current, current.segment != place.segment {
                    sealed += seal(current, &state)
                }
                if state.current == nil {
                    state.current = LiveIndex(segment: place.segment, first: place.sequence)
                }
                state.current?.add(record)
            }
            return sealed
        }
        for segment in sealed { save(segment) }
    }

    /// Closes the segment that was appended to; answers it when its index has to be written.
    private func seal(_ current: LiveIndex, _ state: inout State) -> [UInt64] {
        let segment = current.segment
        state.current = nil
        // Its beginning is still being read, or cannot be: whoever does so finds that it is full.
        guard current.summary.first == segment || files == nil else { return [] }
        state.order.append(segment)
        guard files != nil else {
            state.closed[segment] = .live(current)
            return []
        }
        let waiting = state.closed.values.count { if case .live = $0 { true } else { false } }
        guard waiting < Self.sealedCountMax else {
            // The disk is behind: it is made from the segment when somebody asks for it.
            state.closed[segment] = .unknown
            return []
        }
        state.closed[segment] = .live(current)
        return [segment]
    }

    /// Writes the index of a full segment to its file, soon.
    private func save(_ segment: UInt64) {
        guard let files else { return }
        Task { [self] in
            let closed = state.withLock { $0.closed[segment] }
            guard case .live(let index) = closed else { return }
            do throws(AuditError) {
                try await files.run { files throws(AuditError) in try files.write(index) }
            } catch {
                // Without its file it would stay in memory; it can be made from the segment.
                return state.withLock { $0.set(.unknown, segment) }
            }
            state.withLock { $0.set(.filed(index.summary), segment) }
        }
    }

    /// Forgets the records before `sequence`, in whole segments.
    func forget(before sequence: UInt64) {
        state.withLock { state in
            state.oldest = max(state.oldest, sequence)
            let ends = state.order.dropFirst() + [state.current?.segment ?? .max]
            let gone = zip(state.order, ends).filter { $0.1 <= sequence }.map(\.0)
            state.order.removeFirst(gone.count)
            for segment in gone { state.closed[segment] = nil }
        }
    }

    /// The sequence before which everything was removed.
    var oldest: UInt64 { state.withLock { $0.oldest } }

    /// Why some of what was there at the start can't be listed: it is damaged; nil while all is well.
    var damage: AuditError? {
        state.withLock { state in
            for segment in state.order {
                if case .damaged(let error) = state.closed[segment] { return error }
            }
            return nil
        }
    }
}

extension TrailIndex.State {
    /// Notes what became known of a segment, unless it was removed meanwhile.
    mutating func set(_ closed: TrailIndex.Closed, _ segment: UInt64) {
        guard self.closed[segment] != nil else { return }
        self.closed[segment] = closed
    }
}
