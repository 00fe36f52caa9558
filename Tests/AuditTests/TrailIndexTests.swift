import JSON
import Model
import Platform
import Testing

@testable import Audit

@Suite struct TrailIndexTests {
    /// How a tenant's records are spread over segments of five.
    private static let recordCount = 203

    /// A trail of many segments in a folder, in which each tenth record is of a rare connection and each
    /// fiftieth of another tenant.
    private func fill(_ trail: AuditTrail) async throws -> [AuditRecord] {
        var records: [AuditRecord] = []
        for number in 0..<Self.recordCount {
            let tenant = number % 50 == 0 ? "rare" : "acme"
            // Not in order: a call is recorded when it ends, and happened when it began.
            let second = Int64(number + (number % 3 == 0 ? -7 : 0))
            let draft = try SampleDraft.call(tenant, second: second) { draft in
                draft.kind = number % 2 == 0 ? .call : .change
                draft.outcome = number % 7 == 0 ? .failure : .success
                draft.connection = ConnectionID(number % 10 == 3 ? "conn_rare" : "conn_a")
                draft.workflow = WorkflowName("w\(number % 4)")
                draft.environment = EnvironmentName(number % 3 == 0 ? "production" : "staging")
                draft.actor = AuditActor(type: "key", id: "k\(number % 5)")
            }
            records.append(try await trail.append(draft))
        }
        return records
    }

    private func small(_ folder: TrailFolder) async throws -> AuditTrail {
        try await folder.trail { $0.segmentRecordCountMax = 5 }
    }

    private func filters() -> [AuditFilter] {
        var filters = [AuditFilter()]
        func add(_ change: (inout AuditFilter) -> Void) {
            var filter = AuditFilter()
            change(&filter)
            filters.append(filter)
        }
        let base: Int64 = 1_700_000_000_000
        add { $0.connection = "conn_rare" }
        add { $0.connection = "conn_none" }
        add { $0.kind = .change }
        add { filter in
            filter.kind = .call
            filter.outcome = .failure
        }
        add { filter in
            filter.workflow = "w3"
            filter.actor = "k2"
        }
        add { $0.since = Timestamp(milliseconds: base + 100_000) }
        add { $0.until = Timestamp(milliseconds: base + 100_000) }
        add { filter in
            filter.since = Timestamp(milliseconds: base + 51_000)
            filter.until = Timestamp(milliseconds: base + 64_000)
            filter.operation = "payments.stripe.createRefund"
        }
        add { $0.environments = [EnvironmentName("production")].compactMap(\.self) }
        add { $0.environment = "staging" }
        return filters
    }

    /// Every page of every filter is what looking at all records gives.
    private func expectAll(
        _ trail: AuditTrail,
        _ records: [AuditRecord],
        limit: Int
    ) async throws {
        for tenant in [try SampleDraft.tenant("acme"), try SampleDraft.tenant("rare"), nil] {
            for filter in filters() {
                let wanted = records.reversed().filter { filter.admits($0, of: tenant) }
                var found: [AuditRecord] = []
                var cursor: UInt64?
                repeat {
                    let page = try await trail.list(
                        tenant: tenant,
                        filter: filter,
                        limit: limit,
                        before: cursor
                    )
                    found += page.items
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(found == wanted, "\(filter)")
            }
        }
    }

    @Test func `every filter finds what looking at every record finds`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        let records = try await fill(trail)
        try await expectAll(trail, records, limit: 7)
        await trail.close()
        // From the files that were written, and from memory.
        try await expectAll(try await small(folder), records, limit: 50)
        let memory = try await AuditTrail.open(AuditTrail.Configuration())
        let kept = try await fill(memory)
        try await expectAll(memory, kept, limit: 50)
    }

    @Test func `a page does not tell of a next one that is empty`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        _ = try await fill(trail)
        var filter = AuditFilter()
        filter.connection = "conn_rare"
        let acme = try SampleDraft.tenant()
        let page = try await trail.list(tenant: acme, filter: filter, limit: 20)
        #expect(page.items.count == 20)
        #expect(page.nextCursor == nil)
        let short = try await trail.list(tenant: acme, filter: filter, limit: 19)
        #expect(short.nextCursor == short.items.last?.sequence)
    }

    /// The index files of a closed trail, waited for.
    private func indexNames(_ folder: TrailFolder) async throws -> [String] {
        for _ in 0..<1000 {
            let names = try folder.names
            let segments = names.count { SegmentName.first($0) != nil }
            let indexes = names.filter { $0.hasSuffix(".index") }
            if indexes.count == segments - 1 { return indexes }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the index files are not all there: \(try folder.names)")
        return []
    }

    @Test func `indexes that are missing, spoilt or another's are made again`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        let records = try await fill(trail)
        await trail.close()
        let names = try await { () async throws in
            // Whatever the first process left, the second completes.
            _ = try await small(folder)
            return try await indexNames(folder)
        }()
        let whole = try names.map { try folder.bytes($0) }
        try Folder(folder.path).remove(names[0])
        try folder.write([], to: names[1])
        try folder.write(whole[5], to: names[2])
        var flipped = whole[3]
        flipped[40] ^= 1
        try folder.write(flipped, to: names[3])
        try folder.write(Array(whole[4].dropLast(9)), to: names[4])
        let again = try await small(folder)
        try await expectAll(again, records, limit: 50)
        #expect(again.damage == nil)
    }

    @Test func `a flipped bit anywhere in an index changes no answer`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        let records = try await fill(trail).prefix(10)
        await trail.close()
        _ = try await small(folder)
        let name = try await indexNames(folder)[0]
        let whole = try folder.bytes(name)
        let acme = try SampleDraft.tenant()
        var filter = AuditFilter()
        filter.connection = "conn_rare"
        for offset in stride(from: 0, to: whole.count, by: 7) {
            var spoilt = whole
            spoilt[offset] ^= 0x10
            try folder.write(spoilt, to: name)
            let again = try await small(folder)
            let page = try await again.list(tenant: acme, filter: filter, limit: 50, before: 6)
            #expect(page.items == [records[3]], "byte \(offset)")
            let all = try await again.list(tenant: acme, limit: 50, before: 6)
            #expect(all.items == records[1..<5].reversed(), "byte \(offset)")
        }
    }

    /// The bytes of an index as they were before there were times in it.
    private func withoutTimes(_ index: [UInt8], recordCount: Int) -> [UInt8] {
        let blockCount = (recordCount - 1) / IndexLayout.blockCount + 1
        var bytes = Array(index.dropLast(blockCount * 16 + IndexLayout.checksumByteCount))
        var head = Array(bytes.prefix(IndexLayout.headerByteCount - 4))
        head.replaceSubrange(152..<160, with: [UInt8](repeating: 0, count: 8))
        IndexLayout.seal(&head, from: 0, number: 0)
        bytes.replaceSubrange(0..<head.count, with: head)
        return bytes
    }

    @Test func `an index of before there were times in it is read as it is`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        let records = try await fill(trail)
        // All are written before the files are changed: nothing of that goes on in the background.
        let names = try await indexNames(folder)
        await trail.close()
        for name in names {
            try folder.write(withoutTimes(try folder.bytes(name), recordCount: 5), to: name)
        }
        let old = try names.map { try folder.bytes($0) }
        try await expectAll(try await small(folder), records, limit: 50)
        // They were good, and so they stay.
        #expect(try names.map { try folder.bytes($0) } == old)
    }

    @Test func `times within a segment of many blocks let pass what they should`() async throws {
        let folder = TrailFolder()
        let trail = try await folder.trail { $0.segmentRecordCountMax = 1500 }
        var drafts: [AuditDraft] = []
        for number in 0..<3100 {
            // Each begins up to a minute before those that were recorded before it; one is far off.
            let second = number == 700 ? 9000 : Int64(number - number * 37 % 60)
            drafts.append(
                try SampleDraft.call("acme", second: second) { draft in
                    draft.connection = ConnectionID(number % 10 == 3 ? "conn_rare" : "conn_a")
                }
            )
        }
        try await trail.append(contentsOf: drafts)
        await trail.close()
        let acme = try SampleDraft.tenant("acme")
        let again = try await folder.trail { $0.segmentRecordCountMax = 1500 }
        let records = try await again.list(tenant: acme, limit: 500).items
        #expect(records.count == 500)
        let base: Int64 = 1_700_000_000_000
        for second in [Int64(-61), 0, 1, 511, 512, 513, 700, 1499, 1500, 2048, 3099, 8999, 9001] {
            for connection in [nil, "conn_rare"] {
                var filter = AuditFilter()
                filter.connection = connection
                filter.until = Timestamp(milliseconds: base + second * 1000)
                let until = try await all(again, filter)
                filter.until = nil
                filter.since = Timestamp(milliseconds: base + second * 1000)
                let since = try await all(again, filter)
                filter.since = nil
                let both = try await all(again, filter)
                #expect(both.count == (connection == nil ? 3100 : 310))
                #expect(Set(until).isDisjoint(with: since))
                #expect(until == both.filter { Set(until).contains($0) })
                #expect(Set(until).union(since) == Set(both), "\(second)")
                let expected = drafts.filter {
                    $0.occurredAt.milliseconds < base + second * 1000
                        && (connection == nil || $0.connection?.text == connection)
                }
                #expect(until.count == expected.count, "\(second)")
            }
        }
    }

    /// The sequences of all that the filter finds, page by page.
    private func all(_ trail: AuditTrail, _ filter: AuditFilter) async throws -> [UInt64] {
        var found: [UInt64] = []
        var cursor: UInt64?
        repeat {
            let page = try await trail.list(
                tenant: try SampleDraft.tenant("acme"),
                filter: filter,
                limit: 500,
                before: cursor
            )
            found += page.items.map(\.sequence)
            cursor = page.nextCursor
        } while cursor != nil
        return found
    }

    @Test func `a record of an older segment is found by its id`() async throws {
        let folder = TrailFolder()
        let trail = try await small(folder)
        let records = try await fill(trail)
        await trail.close()
        let again = try await small(folder)
        for record in [records[1], records[77], records[202]] {
            #expect(try await again.get(tenant: record.tenant, id: record.id) == record)
            #expect(try await again.get(tenant: nil, id: record.id) == nil)
        }
    }
}
