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

    private func ledger() throws -> Ledger {
        try Ledger(journal: MemoryJournal(), auditWriter: .only)
    }

    @Test func `the objects found again are those of the record, for every route`() async throws {
        let ledger = try ledger()
        let api = try await TestAPI(over: ledger)
        try await AuditCoverageTests.drive(api)
        let actions = try await compare(api, ledger)
        for noun in [
            "spec", "blueprint", "config", "connection", "key", "policy", "entity", "secret",
            "webhook", "approvalPolicy", "changeRequest",
        ] {
            #expect(actions.contains { $0.hasPrefix(noun + ".") }, "\(noun)")
        }
    }

    @Test func `a set names lines without a version, and so does its record`() async throws {
        let ledger = try ledger()
        let api = try await TestAPI(over: ledger)
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        // A rule that forbids nothing, in the place of one that forbids all.
        let permit: JSONValue = ["effect": "permit"]
        _ = try await api.send(.put, "/v1/tenants/acme-corp/policies/no-agents", permit)
        for status in ["draft", "published", "preview"] {
            var config = SampleObjects.config("conn").object ?? [:]
            config["meta"] = [
                "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
                "status": .string(status),
            ]
            config["notes"] = .string(status)
            let member: JSONValue = [
                "kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(config),
            ]
            try await api.must(.post, "/v1/apply", ["objects": [member]])
        }
        let rule: JSONValue = [
            "kind": "PolicyRule", "tenantId": "acme-corp",
            "object": ["id": "a", "effect": "permit"],
        ]
        let connection: JSONValue = [
            "kind": "IntegrationConnection", "tenantId": "acme-corp",
            "object": SampleObjects.connection("conn"),
        ]
        // A config that no member of a set with a connection stands for is archived.
        var archived = SampleObjects.config("conn").object ?? [:]
        archived["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "staging",
        ]
        let other: JSONValue = [
            "kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(archived),
        ]
        let pruned = try await api.send(
            .post,
            "/v1/apply?prune=true",
            ["objects": [rule, connection, other]]
        )
        #expect(pruned.status == 200, "\(pruned)")
        let actions = try await compare(api, ledger)
        #expect(
            actions.isSuperset(of: ["config.apply", "config.archive", "policy.delete"]),
            "\(actions)"
        )
    }

    @Test func `requests, their end, and a broken glass are told as they were`() async throws {
        let ledger = try ledger()
        let world = try await ApprovalWorld(over: ledger)
        let id = try await world.approved(try await world.version("asked"))
        let applied = try await world.move(id, "apply", as: world.author)
        #expect(applied.status == 200, "\(applied)")
        _ = try await world.submitted(try await world.version("overtaken"))
        let reason: JSONValue = ["reason": "The provider has closed the old endpoint."]
        let answer = try await world.publish(try await world.version("now"), ["breakGlass": reason])
        #expect(answer.status == 200, "\(answer)")
        _ = try await world.api.send(.delete, ApprovalWorld.deletion)
        let actions = try await compare(world.api, ledger)
        #expect(actions.contains("config.breakGlass"))
        #expect(actions.contains("changeRequest.apply"))
        #expect(actions.contains("approvalPolicy.delete"))
    }

    @Test func `a config that went over to another blueprint has the one before it`() async throws {
        let ledger = try ledger()
        let world = try await UpgradeWorld(over: try await TestAPI(over: ledger))
        try await world.putTenant("acme-corp")
        let plan = try await world.planned(to: .alike)
        let answer = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(answer.outcomes == ["migrated"], "\(answer)")
        _ = try await compare(world.api, ledger)
    }

    @Test func `what a provider posted is told without its body`() async throws {
        let ledger = try ledger()
        let world = try await WebhookWorld(over: ledger)
        try world.write(["apiKey": "k", "signingKey": .string(WebhookWorld.key)])
        try await world.putSpec("payments.hook", ["scheme": "stripe"])
        try await world.put("hook")
        #expect(try await world.post(#"{"id":"evt_1","amount":12}"#).status == 200)
        let actions = try await compare(world.api, ledger, .call)
        #expect(actions == ["webhook.receive"])
    }

    /// Compares the records of a kind with what the ledger has of them; their actions.
    private func compare(
        _ api: TestAPI,
        _ ledger: Ledger,
        _ kind: AuditKind = .change
    ) async throws -> Set<String> {
        let (records, owed) = try await found(api, ledger, kind)
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
        return actions
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
        _ ledger: Ledger,
        _ kind: AuditKind
    ) async throws -> (records: [AuditRecord], owed: [AuditDraft]) {
        let records = try await api.records(kind)
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
        let owed = drafts.sorted { $0.key < $1.key }.flatMap(\.value)
        return (records, owed.filter { $0.kind == kind })
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
