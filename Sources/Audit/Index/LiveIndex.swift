import JSON

/// The index of records that are appended, in memory.
///
/// About 24 bytes a record and 4 for each of its terms, which are ten at most, and 100 bytes for each
/// different term: a segment's is a few megabytes, however long the trail.
struct LiveIndex: SegmentIndex, Sendable {
    let segment: UInt64
    private(set) var summary: SegmentSummary
    private(set) var entries: [IndexEntry] = []
    private(set) var postings: [IndexTerm: [UInt32]] = [:]
    private(set) var blockTimes = BlockTimes()

    /// An index of records from `first` on, of the segment that begins with `segment`.
    init(segment: UInt64, first: UInt64) {
        self.segment = segment
        summary = SegmentSummary(first: first)
    }

    /// Takes in the next record.
    mutating func add(_ record: IndexedRecord) {
        if summary.count == 0 { summary.previousHash = record.previousHash }
        let ordinal = UInt32(entries.count)
        blockTimes.add(entries.count, occurredAt: record.entry.occurredAt)
        entries.append(record.entry)
        for term in record.terms { postings[term, default: []].append(ordinal) }
        summary.add(occurredAt: record.entry.occurredAt, appendedAt: record.appendedAt)
        summary.lastHash = record.hash
        summary.byteCount = Int(record.entry.offset) + Int(record.entry.length) + 1
    }

    /// Takes in the records of a part that follows this one.
    mutating func append(_ other: LiveIndex) {
        guard other.summary.count > 0 else { return }
        let shift = UInt32(entries.count)
        for entry in other.entries {
            blockTimes.add(entries.count, occurredAt: entry.occurredAt)
            entries.append(entry)
        }
        for (term, ordinals) in other.postings {
            postings[term, default: []] += ordinals.map { $0 + shift }
        }
        let byteCount = other.summary.byteCount
        summary.add(other.summary)
        summary.byteCount = byteCount
    }

    func ordinals(of term: IndexTerm) -> OrdinalSet {
        var set = OrdinalSet(count: summary.count)
        for ordinal in postings[term] ?? [] { set.insert(Int(ordinal)) }
        return set
    }

    func entry(_ ordinal: Int) -> IndexEntry { entries[ordinal] }

    func ordinals(ofIDTail tail: UInt64) -> [Int] {
        entries.indices.filter { entries[$0].idTail == tail }
    }
}

/// A record as an index takes it in.
struct IndexedRecord: Sendable {
    let entry: IndexEntry
    let terms: [IndexTerm]
    /// When it was appended, in milliseconds since 1970.
    let appendedAt: Int64
    let previousHash: String
    let hash: String

    /// A record that was read.
    init(_ record: AuditRecord, at place: RecordPlace) {
        entry = IndexEntry(occurredAt: record.occurredAt, id: record.id, at: place)
        terms = IndexTerm.all(of: record.document)
        appendedAt = IndexEntry.appendTime(of: record.id) ?? 0
        previousHash = record.previousHash
        hash = record.hash
    }

    /// A record that was just written.
    init(_ record: UnsealedRecord, _ link: ChainLink, at place: RecordPlace) {
        entry = IndexEntry(occurredAt: record.occurredAt, id: link.id, at: place)
        terms = record.terms
        appendedAt = IndexEntry.appendTime(of: link.id) ?? 0
        previousHash = link.previousHash
        hash = link.head.hash
    }
}
