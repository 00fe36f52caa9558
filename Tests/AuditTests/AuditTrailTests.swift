import JSON
import Model
import Testing

@testable import Audit

@Suite struct AuditTrailTests {
    @Test func `a record has the members of its draft and its place in the chain`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        let first = try await trail.append(
            try SampleDraft.call { $0.latency = .microseconds(84_200) }
        )
        let second = try await trail.append(try SampleDraft.call("other"))
        #expect(first.sequence == 1)
        #expect(first.previousHash == HashChain.start)
        #expect(second.previousHash == first.hash)
        #expect(trail.head == AuditHead(sequence: 2, hash: second.hash))
        #expect(first.json["tenantId"] == "acme")
        #expect(first.json["occurredAt"] == "2023-11-14T22:13:20Z")
        #expect(first.json["latencyMs"]?.double == 84.2)
        #expect(first.json["actor"]?["ip"] == "192.0.2.1")
        #expect(first.json["slotId"] == nil)
        #expect(first.id.utf8.count == 36)
    }

    @Test func `what was appended is there after a restart`() async throws {
        let folder = TrailFolder()
        let acme = try SampleDraft.tenant()
        let trail = try await folder.trail()
        var ids: [String] = []
        for second in 0..<5 {
            ids.append(try await trail.append(try SampleDraft.call(second: Int64(second))).id)
        }
        let head = trail.head
        let again = try await folder.trail()
        #expect(again.head == head)
        #expect(again.brokenCopy == nil)
        for id in ids { #expect(try await again.get(tenant: acme, id: id)?.id == id) }
        let next = try await again.append(try SampleDraft.call())
        #expect(next.sequence == 6)
        #expect(next.previousHash == head.hash)
        #expect(try await again.verify().isValid)
    }

    @Test func `many at once share batches and leave no gap`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        let sequences = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for number in 0..<300 {
                let draft = try SampleDraft.call(second: Int64(number))
                group.addTask { try await trail.append(draft).sequence }
            }
            var all: Set<UInt64> = []
            for try await sequence in group { all.insert(sequence) }
            return all
        }
        #expect(sequences == Set(1...300))
        let lines = try folder.lines(firstSegment)
        #expect(lines.count == 300)
        #expect(lines.count(where: { $0.first == 0x20 }) < 300)
        #expect(try await trail.verify() == verified(300, trail.head))
    }

    @Test func `a full segment is followed by one named after its first record`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentByteCountMax = 600 }
        for _ in 0..<5 { _ = try await trail.append(try SampleDraft.call()) }
        let segments = try folder.names.compactMap(SegmentName.first)
        #expect(segments.count > 1)
        #expect(segments.first == 1)
        let again = try await folder.trail { $0.segmentByteCountMax = 600 }
        #expect(again.head == trail.head)
        #expect(try await again.verify() == verified(5, trail.head))
    }

    @Test func `memory keeps the newest records and their chain`() async throws {
        var configuration = AuditTrail.Configuration()
        configuration.memoryRecordCountMax = 20
        let trail = try await AuditTrail.open(configuration)
        for _ in 0..<50 { _ = try await trail.append(try SampleDraft.call()) }
        let page = try await trail.list(tenant: try SampleDraft.tenant(), limit: 500)
        #expect((1...20).contains(page.items.count))
        #expect(page.items.first?.sequence == 50)
        #expect(page.nextCursor == nil)
        let verification = try await trail.verify()
        #expect(verification.isValid)
        #expect(verification.recordCount == page.items.count)
    }

    @Test func `refuses what is over the largest record and goes on`() async throws {
        let trail = try await AuditTrail.open(AuditTrail.Configuration())
        let text = String(repeating: "a", count: AuditRecord.byteCountMax)
        let draft = try SampleDraft.call { $0.after = .string(text) }
        let error = await #expect(throws: AuditError.self) { try await trail.append(draft) }
        #expect(error?.code == .recordTooLarge)
        #expect(try await trail.append(try SampleDraft.call()).sequence == 1)
    }

    @Test func `refuses more than may wait`() async throws {
        var configuration = AuditTrail.Configuration()
        configuration.pendingCountMax = 0
        let trail = try await AuditTrail.open(configuration)
        let draft = try SampleDraft.call()
        let error = await #expect(throws: AuditError.self) { try await trail.append(draft) }
        #expect(error?.code == .overloaded)
    }

    @Test func `records that are appended together keep their order`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        try await trail.append(contentsOf: [])
        #expect(trail.head.sequence == 0)
        let drafts = try (1...600)
            .map { number in
                var draft = try SampleDraft.call()
                draft.requestID = "r\(number)"
                return draft
            }
        try await trail.append(contentsOf: drafts)
        #expect(trail.head.sequence == 600)
        await trail.close()
        let reopened = try await folder.trail()
        #expect(reopened.head.sequence == 600)
        let text = String(decoding: try folder.bytes(firstSegment), as: UTF8.self)
        let ids = text.split(separator: "\n")
            .map { line in
                line.firstMatch(of: /"requestId":"(r[0-9]+)"/).map { String($0.output.1) }
            }
        #expect(ids == (1...600).map { "r\($0)" })
    }

    @Test func `of records that are appended together none is kept where not all may wait`()
        async throws
    {
        var configuration = AuditTrail.Configuration()
        configuration.pendingCountMax = 1
        let trail = try await AuditTrail.open(configuration)
        let draft = try SampleDraft.call()
        let error = await #expect(throws: AuditError.self) {
            try await trail.append(contentsOf: [draft, draft])
        }
        #expect(error?.code == .overloaded)
        #expect(trail.head.sequence == 0)
        try await trail.append(contentsOf: [draft])
        #expect(trail.head.sequence == 1)
    }

    @Test func `a closed trail refuses more`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        let draft = try SampleDraft.call()
        async let pending = trail.append(draft)
        _ = try await pending
        await trail.close()
        let error = await #expect(throws: AuditError.self) { try await trail.append(draft) }
        #expect(error?.code == .closed)
        #expect(trail.failure?.code == .closed)
        #expect(try await folder.trail().head.sequence == 1)
    }

    @Test func `after a failed write nothing is appended any more`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail()
        // The name of the first segment is taken, so that it cannot be made.
        try folder.write([], to: firstSegment)
        let draft = try SampleDraft.call()
        let error = await #expect(throws: AuditError.self) { try await trail.append(draft) }
        #expect(error?.code == .system)
        #expect(trail.failure?.code == .system)
        let second = await #expect(throws: AuditError.self) { try await trail.append(draft) }
        #expect(second?.code == .system)
        #expect(trail.head == .empty)
    }

    @Test func `takes keys out of documents too`() async throws {
        let trail = try await AuditTrail.open(AuditTrail.Configuration())
        let key = "sk_live_" + "abcdefghij0123456789"
        let draft = try SampleDraft.call { $0.before = ["config": ["note": .string("is \(key)!")]] }
        let record = try await trail.append(draft)
        #expect(record.json["before"] == ["config": ["note": "is [redacted]!"]])
    }

    private func verified(_ count: Int, _ head: AuditHead) -> AuditVerification {
        AuditVerification(recordCount: count, removedCount: 0, firstBad: nil, head: head)
    }
}
