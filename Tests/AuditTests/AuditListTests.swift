import JSON
import Model
import Testing

@testable import Audit

@Suite struct AuditListTests {
    /// Ten records of acme and one each of another tenant and the platform, a second apart.
    private func trail() async throws -> AuditTrail {
        let trail = try await AuditTrail.open(AuditTrail.Configuration())
        for number in 0..<10 {
            let draft = try SampleDraft.call(second: Int64(number)) { draft in
                draft.kind = number % 2 == 0 ? .call : .change
                draft.outcome = number < 5 ? .success : .failure
                draft.workflow = WorkflowName("w\(number % 3)")
                draft.connection = ConnectionID("c\(number)")
                draft.operation = OperationID("op\(number % 4)")
                draft.actor = AuditActor(type: "key", id: "k\(number % 5)")
            }
            _ = try await trail.append(draft)
        }
        _ = try await trail.append(try SampleDraft.call("other"))
        _ = try await trail.append(try SampleDraft.call(nil))
        return trail
    }

    private func sequences(
        _ trail: AuditTrail,
        _ change: (inout AuditFilter) -> Void
    ) async throws -> [UInt64] {
        var filter = AuditFilter()
        change(&filter)
        let page = try await trail.list(tenant: try SampleDraft.tenant(), filter: filter)
        #expect(page.nextCursor == nil)
        return page.items.map(\.sequence)
    }

    @Test func `the newest record comes first and tenants are apart`() async throws {
        let trail = try await trail()
        #expect(try await sequences(trail) { _ in } == Array((1...10).reversed()))
        let other = try await trail.list(tenant: try SampleDraft.tenant("other"))
        #expect(other.items.map(\.sequence) == [11])
        let platform = try await trail.list(tenant: nil)
        #expect(platform.items.map(\.sequence) == [12])
        let unknown = try await trail.list(tenant: try SampleDraft.tenant("unknown"))
        #expect(unknown.items.isEmpty)
    }

    @Test func `each filter lets its own pass`() async throws {
        let trail = try await trail()
        let base: Int64 = 1_700_000_000_000
        #expect(try await sequences(trail) { $0.kind = .change } == [10, 8, 6, 4, 2])
        #expect(try await sequences(trail) { $0.outcome = .success } == [5, 4, 3, 2, 1])
        #expect(try await sequences(trail) { $0.workflow = "w0" } == [10, 7, 4, 1])
        #expect(try await sequences(trail) { $0.connection = "c3" } == [4])
        #expect(try await sequences(trail) { $0.operation = "op1" } == [10, 6, 2])
        #expect(try await sequences(trail) { $0.actor = "k4" } == [10, 5])
        let since = Timestamp(milliseconds: base + 8000)
        #expect(try await sequences(trail) { $0.since = since } == [10, 9])
        let until = Timestamp(milliseconds: base + 2000)
        #expect(try await sequences(trail) { $0.until = until } == [2, 1])
        let none = try await sequences(trail) { filter in
            filter.workflow = "w0"
            filter.kind = .decision
        }
        #expect(none.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 9, 10, 11])
    func `pages follow each other without a gap`(_ limit: Int) async throws {
        let trail = try await trail()
        let acme = try SampleDraft.tenant()
        var seen: [UInt64] = []
        var cursor: UInt64?
        var pageCount = 0
        repeat {
            let page = try await trail.list(tenant: acme, limit: limit, before: cursor)
            #expect(page.items.count <= limit)
            seen += page.items.map(\.sequence)
            cursor = page.nextCursor
            pageCount += 1
        } while cursor != nil
        #expect(seen == Array((1...10).reversed()))
        #expect(pageCount == (10 + limit - 1) / limit)
    }

    @Test func `one record is found by its id and in its tenant only`() async throws {
        let trail = try await trail()
        let acme = try SampleDraft.tenant()
        let id = try #require(try await trail.list(tenant: acme, limit: 1).items.first?.id)
        #expect(try await trail.get(tenant: acme, id: id)?.sequence == 10)
        #expect(try await trail.get(tenant: try SampleDraft.tenant("other"), id: id) == nil)
        #expect(try await trail.get(tenant: nil, id: id) == nil)
        #expect(try await trail.get(tenant: acme, id: "") == nil)
        #expect(try await trail.get(tenant: acme, id: "f" + id.dropFirst()) == nil)
    }
}
