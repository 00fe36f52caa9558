import Model
import Synchronization
import Testing

@testable import Audit

@Suite struct SegmentRetentionTests {
    private final class Calendar: Sendable {
        let milliseconds = Atomic<Int64>(1_000)
    }

    @Test func `removes whole segments of old records, never the last one`() async throws {
        let folder = TrailFolder()
        let calendar = Calendar()
        let trail = try await folder.trail { configuration in
            // Every record has a segment of its own.
            configuration.segmentByteCountMax = 1
            configuration.now = { calendar.milliseconds.load(ordering: .relaxed) }
        }
        for second in 1...7 {
            calendar.milliseconds.store(
                Int64(second) * 1000 + 4_000_000_000_000,
                ordering: .relaxed
            )
            _ = try await trail.append(try SampleDraft.call())
        }
        let acme = try SampleDraft.tenant()
        #expect(try folder.names.compactMap(SegmentName.first) == Array(1...7))
        try await trail.removeRecords(appendedBefore: at(3.0))
        #expect(try await trail.list(tenant: acme).items.last?.sequence == 2)
        try await trail.removeRecords(appendedBefore: at(5.5))
        #expect(try await trail.list(tenant: acme).items.last?.sequence == 5)
        #expect(try await trail.verify().isValid)
        try await trail.removeRecords(appendedBefore: .latest)
        #expect(try folder.names.compactMap(SegmentName.first) == [7])
        #expect(try await trail.list(tenant: acme).items.map(\.sequence) == [7])
        _ = try await trail.append(try SampleDraft.call())
        let again = try await folder.trail()
        #expect(again.head.sequence == 8)
        #expect(try await again.verify().recordCount == 2)
        #expect(try await again.list(tenant: acme).items.count == 2)
    }

    private func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: Int64(seconds * 1000) + 4_000_000_000_000)
    }
}
