import JSON
import Model
import Testing

@testable import Audit

/// What the ledger keeps of a record until the trail has it.
@Suite struct OwedDraftTests {
    private static let now = Timestamp(milliseconds: 1_770_000_000_000)

    private func draft(_ reason: String = "as asked") -> AuditDraft {
        let actor = AuditActor(type: "key", id: "k1", via: "http", ip: "192.0.2.1")
        var draft = AuditDraft(
            .change,
            "connection.pause",
            outcome: .success,
            by: actor,
            at: Self.now
        )
        draft.tenant = TenantID("acme")
        draft.environment = EnvironmentName("sandbox")
        draft.resource = AuditResource(type: "connection", id: "conn")
        draft.connection = ConnectionID("conn")
        draft.reason = reason
        draft.failure = AuditFailure(code: "GRANT_ENDED", detail: "over")
        draft.revision = 12
        draft.requestID = "r1"
        draft.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        return draft
    }

    @Test func `a draft is what it was, but for the objects`() throws {
        let draft = draft()
        let (common, own) = draft.owed(hasBefore: true, hasAfter: false)
        #expect(own["before"] == true && own["after"] == nil)
        let read = try #require(AuditDraft(owed: common, own, at: Self.now))
        #expect(read.members == draft.members)
    }

    @Test func `a draft of another kind is that`() throws {
        let draft = AuditDraft(.connectionCheck, at: Self.now)
        let (common, own) = draft.owed(hasBefore: false, hasAfter: true)
        let read = try #require(AuditDraft(owed: common, own, at: Self.now))
        #expect(read.members == draft.members)
    }

    @Test func `no secret is kept in a reason or in what only the draft tells`() throws {
        let key = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
        let (common, own) = draft("leaked \(key) today")
            .owed(after: ["note": .string(key)], hasBefore: false, hasAfter: true)
        let text = [common, own]
            .map { String(decoding: JSONValue.object($0).serialized(), as: UTF8.self) }
            .joined()
        #expect(!text.contains(key))
        #expect(own["after"]?["note"] != nil)
    }

    @Test(arguments: [[:], ["action": "a.b"], ["actor": ["type": "key"]]] as [JSONObject])
    func `what is no draft is none`(_ members: JSONObject) {
        #expect(AuditDraft(owed: members, members, at: Self.now) == nil)
    }

    @Test func `a record tells of the draft that it was made of, and of no other`() async throws {
        let trail = try await AuditTrail.open(AuditTrail.Configuration())
        let draft = draft()
        let record = try await trail.append(draft)
        #expect(draft.isTold(by: record))
        var others: [AuditDraft] = Array(repeating: draft, count: 7)
        others[0].action = "connection.resume"
        others[1].occurredAt = Self.now + .milliseconds(1)
        others[2].tenant = nil
        others[3].resource = AuditResource(type: "connection", id: "conn2")
        others[4].requestID = "r2"
        others[5].revision = nil
        others[6].outcome = .failure
        for other in others { #expect(!other.isTold(by: record)) }
    }
}
