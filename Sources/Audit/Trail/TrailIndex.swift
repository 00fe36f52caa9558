import Model

/// Where a record stands in its store.
struct RecordPlace: Sendable, Hashable {
    /// The sequence of the first record of its segment.
    let segment: UInt64
    /// The first byte of its line.
    let offset: Int
    /// The line's length, without its end.
    let length: Int
}

/// What memory keeps of a record.
struct IndexEntry: Sendable {
    let sequence: UInt64
    let occurredAt: Int64
    /// The random half of the id: two records that share it are told apart by reading them.
    let idTail: UInt64
    private let segment: UInt64
    private let offset: UInt32
    private let length: UInt32
    let kind: AuditKind?
    let outcome: AuditOutcome?

    init(_ record: AuditRecord, at place: RecordPlace) {
        sequence = record.sequence
        occurredAt = record.occurredAt?.milliseconds ?? 0
        idTail = Self.tail(of: record.id)
        segment = place.segment
        offset = UInt32(clamping: place.offset)
        length = UInt32(clamping: place.length)
        kind = record.kind
        outcome = record.outcome
    }

    init(_ record: UnsealedRecord, _ link: ChainLink, at place: RecordPlace) {
        sequence = link.head.sequence
        occurredAt = record.occurredAt.milliseconds
        idTail = Self.tail(of: link.id)
        segment = place.segment
        offset = UInt32(clamping: place.offset)
        length = UInt32(clamping: place.length)
        kind = record.kind
        outcome = record.outcome
    }

    var place: RecordPlace {
        RecordPlace(segment: segment, offset: Int(offset), length: Int(length))
    }

    /// The last 16 hexadecimal digits of an id, as a number.
    static func tail(of id: String) -> UInt64 {
        id.utf8.suffix(17).filter { $0 != 0x2D }
            .reduce(0) { tail, byte in
                let digit = byte < 0x3A ? byte &- 0x30 : byte &- 0x57
                return tail << 4 | UInt64(digit & 0x0F)
            }
    }
}

/// The records by tenant, in memory: about 56 bytes a record.
///
/// Holds the newest `entryCountMax`; older records stay in their files, checked by `verify` and no
/// longer listed.
struct TrailIndex {
    private var byTenant: [TenantID?: [IndexEntry]] = [:]
    private(set) var entryCount = 0
    /// Everything before it was forgotten.
    private var oldest: UInt64 = 0
    private let entryCountMax: Int

    init(entryCountMax: Int) { self.entryCountMax = entryCountMax }

    mutating func add(_ entry: IndexEntry, tenant: TenantID?) {
        byTenant[tenant, default: []].append(entry)
        entryCount += 1
        // A tenth at once, since forgetting walks all tenants.
        guard entryCount > entryCountMax else { return }
        forget(before: entry.sequence &- UInt64(entryCountMax - entryCountMax / 10))
    }

    /// Puts the records of `older` before those that are here.
    mutating func prepend(_ older: TrailIndex) {
        var whole = older
        whole.forget(before: oldest)
        for (tenant, entries) in byTenant {
            whole.byTenant[tenant, default: []] += entries
            whole.entryCount += entries.count
        }
        self = whole
    }

    /// Forgets the records before `sequence`.
    mutating func forget(before sequence: UInt64) {
        guard sequence > oldest else { return }
        oldest = sequence
        for (tenant, entries) in byTenant where (entries.first?.sequence ?? .max) < sequence {
            let kept = entries[Self.position(of: sequence, in: entries)...]
            byTenant[tenant] = kept.isEmpty ? nil : Array(kept)
            entryCount -= entries.count - kept.count
        }
    }

    /// The places of the tenant's records whose id may be this one, the newest first.
    func places(of id: String, tenant: TenantID?) -> [RecordPlace] {
        let tail = IndexEntry.tail(of: id)
        return (byTenant[tenant] ?? []).reversed().filter { $0.idTail == tail }.map(\.place)
    }

    /// Whether the tenant has a record before `sequence`.
    func hasRecord(before sequence: UInt64, tenant: TenantID?) -> Bool {
        (byTenant[tenant]?.first?.sequence ?? .max) < sequence
    }

    /// The tenant's records before `sequence` that the filter's parts in memory let pass, the newest
    /// first: at most `countMax`, of at most `stepCountMax` looked at.
    func chunk(
        before sequence: UInt64,
        tenant: TenantID?,
        filter: AuditFilter,
        countMax: Int,
        stepCountMax: Int
    ) -> Chunk {
        let entries = byTenant[tenant] ?? []
        let end = Self.position(of: sequence, in: entries)
        let start = max(0, end - stepCountMax)
        var chunk = Chunk(cursor: sequence)
        for index in stride(from: end - 1, through: start, by: -1) {
            guard chunk.places.count < countMax else { return chunk }
            chunk.cursor = entries[index].sequence
            chunk.stepCount += 1
            if filter.admits(entries[index]) { chunk.places.append(entries[index].place) }
        }
        chunk.isLast = start == 0
        return chunk
    }

    /// A part of a tenant's records.
    struct Chunk: Sendable {
        /// Where they stand.
        var places: [RecordPlace] = []
        /// The sequence of the last record looked at.
        var cursor: UInt64
        /// How many were looked at.
        var stepCount = 0
        /// Whether there is none before it.
        var isLast = false
    }

    /// The position of the first entry that is not before `sequence`.
    private static func position(of sequence: UInt64, in entries: [IndexEntry]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
