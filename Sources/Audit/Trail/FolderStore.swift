import Platform
import Synchronization

/// Keeps the records in the segment files of a folder.
///
/// Writing, reading for lists and walking for a verification have a queue each, so that none waits for
/// another. Whoever opens a folder has made sure that no other process has it.
final class FolderStore: RecordStore {
    private let writer: FileQueue<SegmentWriter>
    private let reader: FileQueue<SegmentReader>
    private let walker: FileQueue<SegmentReader>
    private let oldest = Atomic<UInt64>(1)

    init(_ folder: Folder, _ configuration: AuditTrail.Configuration) {
        writer = FileQueue(label: "audit-writer", SegmentWriter(folder, configuration))
        reader = FileQueue(label: "audit-reader", SegmentReader(folder: folder))
        walker = FileQueue(label: "audit-walker", SegmentReader(folder: folder))
    }

    var appendExecutor: (any TaskExecutor)? { writer.taskExecutor }

    var oldestSequence: UInt64 { oldest.load(ordering: .relaxed) }

    /// Reads how the trail ends; must come before everything else, once.
    func recover() async throws(AuditError) -> Recovered {
        let recovered = try await writer.run { writer throws(AuditError) in
            var recovery = TrailRecovery(folder: writer.folder)
            let recovered = try recovery.run()
            if let (first, end) = recovered.resumption { try writer.resume(first, end: end) }
            return recovered
        }
        oldest.store(recovered.oldest, ordering: .relaxed)
        return recovered
    }

    func append(_ lines: [[UInt8]], first: UInt64) async throws(AuditError) -> [RecordPlace] {
        try await writer.run { writer throws(AuditError) in
            try writer.append(lines, first: first)
        }
    }

    func records(
        at places: [RecordPlace],
        countMax: Int,
        keep: @escaping @Sendable (AuditRecord) -> Bool
    ) async throws(AuditError) -> [AuditRecord] {
        try await reader.run { reader throws(AuditError) in
            try reader.records(
                at: places,
                countMax: countMax,
                oldest: { self.oldestSequence },
                keep: keep
            )
        }
    }

    func walk(
        behind sequence: UInt64,
        _ visit: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(AuditError) -> UInt64? {
        try await walker.run { walker throws(AuditError) in
            try walker.walk(behind: sequence, visit)
        }
    }

    func removal(_ retention: AuditRetention) async throws(AuditError) -> AuditRemoval? {
        try await walker.run { walker throws(AuditError) in
            try SegmentRetention(folder: walker.folder).removal(retention)
        }
    }

    /// On the walker's queue, so that no verification loses the segment that it reads.
    func remove(
        through last: AuditHead,
        _ mark: @escaping @Sendable () -> Void
    ) async throws(AuditError) {
        try await walker.run { walker throws(AuditError) in
            if try RemovalMark.read(in: walker.folder) != last {
                try RemovalMark.write(last, in: walker.folder)
            }
            self.oldest.store(last.sequence + 1, ordering: .relaxed)
            mark()
            try SegmentRetention(folder: walker.folder).remove(through: last.sequence)
        }
        await reader.run { $0.forget(before: last.sequence + 1) }
    }

    func close() async { await writer.run { $0.close() } }
}
