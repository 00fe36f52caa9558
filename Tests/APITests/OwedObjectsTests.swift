import Audit
import HTTPWire
import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A record that is made good shows the objects that it would have shown in its time: for each action
/// that changes something.
@Suite struct OwedObjectsTests {
    /// Members that only the server moves, a moment later.
    private static let volatile: Set<String> = ["health"]
    /// It tells of the request: secrets are sealed anew in many entries, and say what they said.
    private static let ofNoEntry = "secrets.rotateKey"

    @Test func `the objects found again are those of the record`() async throws {
        let ledger = try Ledger(journal: MemoryJournal(), auditWriter: .only)
        let api = try await TestAPI(over: ledger)
        try await AuditCoverageTests.drive(api)
        // A set names a line, and no version.
        var config = SampleObjects.config("conn").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
            "status": "draft",
        ]
        config["notes"] = "applied"
        let set: JSONValue = [
            "objects": [
                ["kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(config)]
            ]
        ]
        try await api.must(.post, "/v1/apply", set)
        let (records, owed) = try await found(api, ledger)
        var actions: Set<String> = []
        for record in records {
            let action = record.document["action"]?.string ?? ""
            guard action != Self.ofNoEntry else { continue }
            let matching = owed.first { $0.isTold(by: record) }
            let draft = try #require(matching, "\(action): the ledger's entry owes no such record")
            actions.insert(action)
            #expect(same(draft.before, record.document["before"]), "\(action): before")
            #expect(same(draft.after, record.document["after"]), "\(action): after")
        }
        #expect(owed.count == records.count { $0.document["action"]?.string != Self.ofNoEntry })
        for noun in [
            "spec", "blueprint", "config", "connection", "key", "policy", "entity", "secret",
            "webhook", "approvalPolicy", "changeRequest",
        ] {
            #expect(actions.contains { $0.hasPrefix(noun + ".") }, "\(noun)")
        }
    }

    private func same(_ found: JSONValue?, _ told: JSONValue?) -> Bool {
        let found = found.map { AuditRedaction.formats.value($0) }
        guard var left = found?.object, var right = told?.object else { return found == told }
        for name in Self.volatile { (left[name], right[name]) = (nil, nil) }
        return JSONValue.object(left).canonicalText == JSONValue.object(right).canonicalText
    }

    /// The change records of the trail, and what the ledger's entries owe or owed.
    private func found(
        _ api: TestAPI,
        _ ledger: Ledger
    ) async throws -> (records: [AuditRecord], owed: [AuditDraft]) {
        let records = try await api.changeRecords()
        let drafts = try await ledger.surroundings(
            of: Set(1...ledger.position),
            tenants: [Sample.tenant]
        ) { _, before, entry, after -> [AuditDraft] in
            guard let owed = entry.audit?.owed?.records else { return [] }
            let objects = OwedObjects(
                before: before,
                entry: entry,
                after: after,
                environments: Environment.builtIn
            )
            return owed.records.compactMap { own in
                guard var draft = AuditDraft(owed: owed.common, own, at: entry.at) else {
                    return nil
                }
                objects.fill(&draft, own)
                return draft
            }
        }
        return (records, drafts.sorted { $0.key < $1.key }.flatMap(\.value))
    }

    private enum Sample {
        static var tenant: TenantID {
            guard let tenant = TenantID("acme-corp") else { preconditionFailure("it is a name") }
            return tenant
        }
    }
}

extension JSONValue {
    fileprivate var canonicalText: String { String(decoding: canonical(), as: UTF8.self) }
}
