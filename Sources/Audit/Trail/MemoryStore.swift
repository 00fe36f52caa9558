import Synchronization

/// Keeps the newest records in memory; all are gone when the process ends.
final class MemoryStore: RecordStore {
    /// The most bytes kept.
    private static let byteCountMax = 256 << 20
    /// The records that are indexed together, and forgotten together.
    private static let indexedCount: UInt64 = 1024

    private struct State {
        var lines: [[UInt8]] = []
        /// The sequence of the first line.
        var first: UInt64 = 1
        var byteCount = 0
        var isClosed = false
    }

    private let lineCountMax: Int
    private let state = Mutex(State())

    init(recordCountMax: Int) { self.lineCountMax = max(1, recordCountMax) }

    var appendExecutor: (any TaskExecutor)? { nil }

    var oldestSequence: UInt64 { state.withLock { $0.first } }

    func append(_ lines: [[UInt8]], first: UInt64) async throws(AuditError) -> [RecordPlace] {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.lines += lines
            state.byteCount += lines.reduce(0) { $0 + $1.count }
            makeRoom(&state)
            return false
        }
        if isClosed { throw AuditError(.closed, "the audit trail was closed") }
        return lines.indices.map { index in
            let sequence = first + UInt64(index)
            return RecordPlace(
                sequence: sequence,
                segment: 1 + (sequence - 1) / Self.indexedCount * Self.indexedCount,
                offset: 0,
                length: lines[index].count
            )
        }
    }

    /// Drops the oldest eighth as long as there is too much.
    private func makeRoom(_ state: inout State) {
        while state.lines.count > 1,
            state.lines.count > lineCountMax || state.byteCount > Self.byteCountMax
        {
            let dropped = state.lines.prefix(max(1, state.lines.count / 8))
            state.byteCount -= dropped.reduce(0) { $0 + $1.count }
            state.first += UInt64(dropped.count)
            state.lines.removeFirst(dropped.count)
        }
    }

    func records(
        at places: [RecordPlace],
        countMax: Int,
        keep: @escaping @Sendable (AuditRecord) -> Bool
    ) async throws(AuditError) -> [AuditRecord] {
        let lines = state.withLock { state in
            places.compactMap { place -> [UInt8]? in
                guard place.sequence >= state.first else { return nil }
                return state.lines[Int(place.sequence - state.first)]
            }
        }
        var records: [AuditRecord] = []
        for line in lines where records.count < countMax {
            let record = try AuditRecord.kept(line, in: "memory")
            if keep(record) { records.append(record) }
        }
        return records
    }

    /// All of it is one segment here.
    func walk(
        behind sequence: UInt64,
        _ visit: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(AuditError) -> UInt64? {
        let (first, lines) = state.withLock { ($0.first, $0.lines) }
        guard first > sequence, !lines.isEmpty else { return nil }
        for line in lines {
            guard visit(line) else { break }
        }
        return first + UInt64(lines.count) - 1
    }

    /// What memory keeps is bounded by its size, and gone with the process.
    func removal(_ retention: AuditRetention) async throws(AuditError) -> AuditRemoval? { nil }

    func remove(
        through last: AuditHead,
        _ mark: @escaping @Sendable () -> Void
    ) async throws(AuditError) {}

    func close() async { state.withLock { $0.isClosed = true } }
}
