import Model
import Platform
import Synchronization
import Testing

@testable import Audit

// One after the other: the ids of a process never go back in time.
@Suite(.serialized) struct SegmentRetentionTests {
    private static let era = Atomic<Int64>(4_000_000_000_000)
    /// A time behind those of all tests before.
    private let start = Self.era.add(1_000_000, ordering: .relaxed).newValue

    private final class Calendar: Sendable {
        let milliseconds = Atomic<Int64>(1_000)
    }

    /// A trail in which every record has a segment of its own, one a second.
    private func trail(_ folder: TrailFolder, _ count: Int) async throws -> AuditTrail {
        let calendar = Calendar()
        let trail = try await folder.trail { configuration in
            configuration.segmentByteCountMax = 1
            configuration.now = { calendar.milliseconds.load(ordering: .relaxed) }
        }
        for second in 1...count {
            let time = Int64(second) * 1000 + start
            calendar.milliseconds.store(time, ordering: .relaxed)
            _ = try await trail.append(try SampleDraft.call())
        }
        return trail
    }

    private func remove(_ trail: AuditTrail, _ retention: AuditRetention) async throws {
        while let removal = try await trail.removal(retention) { try await trail.remove(removal) }
    }

    @Test func `removes whole segments of old records, never the last one`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 7)
        let acme = try SampleDraft.tenant()
        #expect(try folder.names.compactMap(SegmentName.first) == Array(1...7))
        try await remove(trail, AuditRetention(appendedSince: at(3.0)))
        #expect(try await trail.list(tenant: acme).items.last?.sequence == 2)
        try await remove(trail, AuditRetention(appendedSince: at(5.5)))
        #expect(try await trail.list(tenant: acme).items.last?.sequence == 5)
        let verdict = try await trail.verify()
        #expect(verdict.isValid && verdict.removedCount == 4 && verdict.recordCount == 3)
        try await remove(trail, AuditRetention(appendedSince: .latest))
        #expect(try folder.names.compactMap(SegmentName.first) == [7])
        #expect(try await trail.list(tenant: acme).items.map(\.sequence) == [7])
        _ = try await trail.append(try SampleDraft.call())
        let again = try await folder.trail()
        #expect(again.head.sequence == 8)
        #expect(again.removed.sequence == 6)
        #expect(try await again.verify().recordCount == 2)
        #expect(try await again.list(tenant: acme).items.count == 2)
    }

    @Test func `a segment that is old enough is closed, however little is in it`() async throws {
        let folder = TrailFolder()
        let calendar = Calendar()
        func open() async throws -> AuditTrail {
            try await folder.trail { configuration in
                configuration.segmentAgeMax = .seconds(10)
                configuration.now = { calendar.milliseconds.load(ordering: .relaxed) }
            }
        }
        var trail = try await open()
        for second in [0, 9.999, 10, 15] as [Double] {
            calendar.milliseconds.store(start + Int64(second * 1000), ordering: .relaxed)
            _ = try await trail.append(try SampleDraft.call())
        }
        #expect(try folder.names.compactMap(SegmentName.first) == [1, 3])
        // The next process knows how old the segment is that it goes on with.
        await trail.close()
        trail = try await open()
        for second in [19.999, 20] as [Double] {
            calendar.milliseconds.store(start + Int64(second * 1000), ordering: .relaxed)
            _ = try await trail.append(try SampleDraft.call())
        }
        #expect(try folder.names.compactMap(SegmentName.first) == [1, 3, 6])
        #expect(try await trail.verify().isValid)
        #expect(try await trail.list(tenant: try SampleDraft.tenant()).items.count == 6)
        try await remove(trail, AuditRetention(appendedSince: at(10.5)))
        #expect(try folder.names.compactMap(SegmentName.first) == [3, 6])
    }

    @Test func `removes the oldest until the trail is no larger than it may be`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 40)
        await trail.close()
        // All indexes are written once a new process has looked at the segments.
        let again = try await folder.trail { $0.segmentByteCountMax = 1 }
        _ = try await again.list(tenant: try SampleDraft.tenant(), limit: 500)
        let removal = try #require(try await again.removal(AuditRetention(byteCountMax: 1)))
        #expect(removal.reason == .size)
        #expect(removal.first == 1)
        // At most sixteen at once.
        #expect(removal.last.sequence == UInt64(SegmentRetention.segmentCountMax))
        #expect(removal.recordCount == SegmentRetention.segmentCountMax)
        try await remove(again, AuditRetention(byteCountMax: 30_000))
        let byteCount = try folder.names.reduce(0) { try $0 + folder.bytes($1).count }
        #expect(byteCount > 20_000 && byteCount <= 30_000 + 200)
        #expect(try await again.removal(AuditRetention(byteCountMax: 30_000)) == nil)
        #expect(try await again.removal(AuditRetention()) == nil)
        #expect(try await AuditVerifier.verify(folder.path).isValid)
    }

    @Test func `a removal that was interrupted is finished, and verifies in between`() async throws
    {
        let folder = TrailFolder()
        let trail = try await trail(folder, 7)
        let removal = try #require(
            try await trail.removal(AuditRetention(appendedSince: at(5.5)))
        )
        await trail.close()
        // The mark is there, and no segment, one, or all but one are gone.
        try RemovalMark.write(removal.last, in: Folder(folder.path))
        for gone in [[], [1], [2, 3]] as [[UInt64]] {
            for segment in gone { try Folder(folder.path).remove(SegmentName.text(segment)) }
            let verdict = try await AuditVerifier.verify(folder.path)
            #expect(verdict.isValid, "\(gone): \(verdict)")
            let start = try await folder.trail()
            #expect(try await start.verify().isValid)
        }
        let again = try await folder.trail()
        try await again.finishRemoval()
        #expect(try folder.names.compactMap(SegmentName.first) == [5, 6, 7])
        #expect(try await again.verify().recordCount == 3)
    }

    @Test func `segments that were removed by hand are missed`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 5)
        try Folder(folder.path).remove(SegmentName.text(1))
        try Folder(folder.path).remove(SegmentName.text(2))
        for verdict in [try await trail.verify(), try await AuditVerifier.verify(folder.path)] {
            #expect(verdict.firstBad?.sequence == 1)
            #expect(
                verdict.firstBad?.reason
                    == "records 1 to 2 are missing, and were not removed"
            )
        }
        // Whoever forges the mark is found by what the ledger keeps.
        let third = try folder.lines(SegmentName.text(3))[0]
        let previous = try AuditRecord.kept(third, in: "test").previousHash
        let forged = AuditHead(sequence: 2, hash: previous)
        try RemovalMark.write(forged, in: Folder(folder.path))
        #expect(try await AuditVerifier.verify(folder.path).isValid)
        let verdict = try await AuditVerifier.verify(folder.path, removed: .empty)
        #expect(verdict.firstBad?.sequence == 1)
    }

    @Test func `a list whose segment goes meanwhile ends with what is left`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 9)
        let acme = try SampleDraft.tenant()
        let page = try await trail.list(tenant: acme, limit: 3)
        #expect(page.nextCursor == 7)
        try await remove(trail, AuditRetention(appendedSince: at(6.5)))
        let next = try await trail.list(tenant: acme, limit: 3, before: page.nextCursor)
        #expect(next.items.map(\.sequence) == [6])
        #expect(next.nextCursor == nil)
        let gone = try await trail.list(tenant: acme, limit: 3, before: 3)
        #expect(gone.items.isEmpty && gone.nextCursor == nil)
        // The index named a place before the segment went.
        let place = RecordPlace(sequence: 2, segment: 2, offset: 0, length: 100)
        let read = try await trail.store.records(at: [place], countMax: 1) { _ in true }
        #expect(read.isEmpty)
    }

    @Test func `what goes while others verify is told as removed, never as a flaw`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 120)
        // One after the other, from the second segment to the last but one, beside verifications.
        async let removed: Void = {
            for second in stride(from: 2.5, to: 119, by: 3) {
                try await remove(trail, AuditRetention(appendedSince: at(second)))
            }
        }()
        for _ in 0..<30 {
            let verdict = try await trail.verify()
            #expect(verdict.isValid, "\(verdict)")
            #expect(UInt64(verdict.recordCount) + verdict.removedCount == 120)
        }
        try await removed
        #expect(try await trail.verify().recordCount == 5)
    }

    @Test func `a removal waits for a segment that is verified, not for all of them`() async throws
    {
        let folder = TrailFolder()
        let trail = try await trail(folder, 30)
        let removal = try #require(
            try await trail.removal(AuditRetention(appendedSince: at(9.5)))
        )
        // What stands in for a verification: it goes on only when the removal is done.
        let first = try await trail.store.walk(behind: 0) { _ in true }
        try await trail.remove(removal)
        #expect(first == 1)
        #expect(try await trail.store.walk(behind: 1) { _ in true } == 9)
        #expect(try await trail.store.walk(behind: 30) { _ in true } == nil)
    }

    @Test func `a verification ends with the trail`() async throws {
        let folder = TrailFolder()
        let trail = try await trail(folder, 3)
        await trail.close()
        await #expect(throws: AuditError.self) { try await trail.verify() }
    }

    private func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: Int64(seconds * 1000) + start)
    }
}
