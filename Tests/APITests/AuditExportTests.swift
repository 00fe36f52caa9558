import HTTPWire
import JSON
import Testing

/// `GET …/audit/export`: a tenant's records, to be checked offline.
@Suite struct AuditExportTests {
    private static let path = "/v1/tenants/acme-corp/audit/export"

    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        for tenant in ["other-corp", "acme-corp"] { try await api.putTenant(tenant) }
        return api
    }

    private func lines(_ stream: TestStream) async throws -> [JSONValue] {
        try await stream.wait { $0.isWhole }
        return try stream.bytes.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    }

    private func sequences(_ lines: [JSONValue]) -> [Int64] {
        lines.compactMap { $0["sequence"]?.integer }
    }

    @Test func `an export has the tenant's records, oldest first, and what it was asked for`()
        async throws
    {
        let api = try await world()
        let listed = try await api.must(.get, "/v1/tenants/acme-corp/audit?limit=500")
        let stream = try await api.open(Self.path)
        let lines = try await lines(stream)
        #expect(stream.head["Content-Type"] == "application/x-ndjson")
        #expect(lines.first?["export"]?["tenantId"] == "acme-corp")
        #expect(lines.first?["export"]?["filters"] == [:])
        let records = Array(lines.dropFirst().dropLast())
        #expect(records == Array((listed.json["items"]?.array ?? []).reversed()))
        #expect(lines.last?["end"]?["records"]?.integer == Int64(records.count))
        // The export itself is remembered, with its digest.
        let after = try await api.must(.get, "/v1/tenants/acme-corp/audit?limit=1")
        let newest = after.json["items"]?.array?.first
        #expect(newest?["action"] == "audit.export")
        #expect(newest?["after"]?["digest"] == lines.last?["end"]?["digest"])
    }

    @Test func `filters choose, and after goes on`() async throws {
        let api = try await world()
        let all = try await lines(try await api.open(Self.path))
        let sequence = try #require(sequences(all).dropFirst().first)
        let rest = try await lines(try await api.open(Self.path + "?after=\(sequence)"))
        // The first export's own record is the only one more.
        #expect(sequences(rest).dropLast() == sequences(all).dropFirst(2))
        let some = try await lines(try await api.open(Self.path + "?kind=call"))
        #expect(sequences(some).isEmpty)
        #expect(some.first?["export"]?["filters"] == ["kind": "call"])
    }

    @Test(arguments: ["after=x", "after=-1", "after=99999999999999999999", "kind=x", "limit=1"])
    func `a parameter that is none is refused`(_ query: String) async throws {
        let api = try await world()
        let answer = try await api.send(.get, Self.path + "?" + query)
        #expect(answer.status == 400, "\(answer)")
    }

    @Test func `who may not read bodies may not export, and no other tenant may`() async throws {
        let api = try await world()
        let viewer = try await api.key("tenant-viewer")
        #expect(try await api.send(.get, Self.path, key: viewer).status == 403)
        let stranger = try await api.key("tenant-admin", tenant: "other-corp")
        #expect(try await api.send(.get, Self.path, key: stranger).status == 404)
    }

    @Test func `an export that can't be recorded is refused`() async throws {
        let api = try await world()
        await api.closeAudit()
        let answer = try await api.send(.get, Self.path)
        #expect(answer.status == 503)
        #expect(answer.code == "AUDIT_UNAVAILABLE")
    }
}
