import HTTPWire
import JSON
import Testing

@testable import API

/// AuthZEN's certification scenario, as far as it says more than the other tests of these routes.
@Suite struct CertificationTests {
    private typealias Fixture = CertificationFixture
    private static let archived: JSONValue = ["status": "archived"]
    private static let admin: JSONValue = ["role": "admin"]

    private func api() async throws -> (TestAPI, String) {
        let api = try await TestAPI()
        try await Fixture.write(to: api)
        return (api, try await api.key("tenant-admin"))
    }

    private func question(
        _ subject: JSONValue?,
        _ action: JSONValue?,
        _ resource: JSONValue?
    ) -> JSONValue {
        var object: JSONObject = [:]
        object["subject"] = subject
        object["action"] = action
        object["resource"] = resource
        return .object(object)
    }

    @Test func `the eight decisions, each time they are asked`() async throws {
        let (api, key) = try await api()
        let (alice, bob) = (Fixture.user("alice"), Fixture.user("bob"))
        let record = Fixture.record("record-1")
        for (subject, action, resource, isAllowed) in [
            (alice, Fixture.action("read"), record, true),
            (alice, Fixture.action("write"), record, true),
            (bob, Fixture.action("read"), record, true),
            (bob, Fixture.action("write"), record, false),
            (
                alice, Fixture.action("write"), Fixture.record("record-2", Self.archived), false
            ),
            (
                Fixture.user("bob", Self.admin), Fixture.action("write"),
                Fixture.record("record-2", Self.archived), true
            ),
            (alice, Fixture.action("delete", ["soft": true]), record, true),
            (alice, Fixture.action("delete", ["soft": false]), record, false),
            (alice, Fixture.action("delete"), record, false),
            (
                Fixture.user("alice", ["department": "Sales", "role": "manager"]),
                Fixture.action("read", ["method": "GET"]),
                Fixture.record("record-1", ["status": "active", "owner": "bob"]), true
            ),
        ] as [(JSONValue, JSONValue, JSONValue, Bool)] {
            for _ in 0..<3 {
                let asked = question(subject, action, resource)
                let answer = try await api.evaluate(asked, key: key)
                #expect(answer.text == "{\"decision\":\(isAllowed)}", "\(asked.serializedText)")
            }
        }
    }

    @Test func `batches evaluate properties item by item`() async throws {
        let (api, key) = try await api()
        func decisions(_ body: JSONValue) async throws -> [Bool?] {
            let answer = try await api.send(.post, TestAPI.evaluations, body, key: key)
            #expect(answer.status == 200)
            return (answer.json["evaluations"]?.array ?? []).map { $0["decision"]?.bool }
        }
        #expect(
            try await decisions([
                "subject": Fixture.user("alice"), "action": Fixture.action("write"),
                "evaluations": [
                    ["resource": Fixture.record("record-1", ["status": "active"])],
                    ["resource": Fixture.record("record-2", Self.archived)],
                ],
            ]) == [true, false]
        )
        #expect(
            try await decisions([
                "action": Fixture.action("write"),
                "resource": Fixture.record("record-2", Self.archived),
                "evaluations": [
                    ["subject": Fixture.user("alice")],
                    ["subject": Fixture.user("bob", Self.admin)],
                ],
            ]) == [false, true]
        )
        #expect(
            try await decisions([
                "subject": Fixture.user("alice"), "action": Fixture.action("read"),
                "evaluations": [["resource": Fixture.record("record-1")], [:]],
            ]) == [true, false]
        )
    }

    @Test func `searches find what the fixture says`() async throws {
        let (api, key) = try await api()
        func search(_ sought: String, _ asked: JSONValue) async throws -> [String] {
            let whole = try await api.searchAll(sought, asked, limit: 50, key: key)
            let paged = try await api.searchAll(sought, asked, limit: 1, key: key)
            #expect(whole == paged)
            return whole.map { $0["id"]?.string ?? $0["name"]?.string ?? "" }
        }
        let (read, write) = (Fixture.action("read"), Fixture.action("write"))
        let user: JSONValue = ["type": "user"]
        let record: JSONValue = ["type": "record"]
        let one = Fixture.record("record-1")
        let two = Fixture.record("record-2", Self.archived)
        let alice = Fixture.user("alice")
        let bob = Fixture.user("bob", Self.admin)
        #expect(try await search("subject", question(user, read, one)) == ["alice", "bob"])
        #expect(try await search("subject", question(user, write, two)) == ["bob"])
        #expect(
            try await search("resource", question(alice, read, record))
                == ["record-1", "record-2"]
        )
        #expect(try await search("resource", question(alice, write, record)) == ["record-1"])
        #expect(try await search("resource", question(bob, write, record)) == ["record-2"])
        #expect(try await search("action", question(alice, nil, one)) == ["read", "write"])
        #expect(try await search("action", question(bob, nil, two)) == ["read", "write"])
        let nobody = Fixture.user("nonexistent-user")
        #expect(try await search("action", question(nobody, nil, one)).isEmpty)
        #expect(try await search("resource", question(nobody, read, record)).isEmpty)
        #expect(try await search("subject", question(["type": "spaceship"], read, one)).isEmpty)
        #expect(try await search("resource", question(alice, read, ["type": "ship"])).isEmpty)
    }

    @Test func `the store goes over what a question claims`() async throws {
        let (api, key) = try await api()
        let write = Fixture.action("write")
        func decision(_ subject: JSONValue, _ resource: JSONValue) async throws -> JSONValue? {
            let asked = question(subject, write, resource)
            return try await api.evaluate(asked, key: key).json["decision"]
        }
        // The record is archived, whatever the question says; bob is an admin, whatever it says.
        let claimed = Fixture.record("record-2", ["status": "active"])
        #expect(try await decision(Fixture.user("alice"), claimed) == false)
        #expect(try await decision(Fixture.user("bob", ["role": "guest"]), claimed) == true)
        // Alice has no role in the store, so hers is what the question says.
        #expect(try await decision(Fixture.user("alice", Self.admin), claimed) == true)
        // A record that the store does not have is what the question says of it.
        let new = Fixture.record("record-9", ["status": "archived"])
        #expect(try await decision(Fixture.user("alice"), new) == false)
        #expect(try await decision(Fixture.user("bob"), new) == true)
    }

    @Test func `who is removed may do nothing from then on`() async throws {
        let (api, key) = try await api()
        let asked = question(
            Fixture.user("bob"),
            Fixture.action("read"),
            Fixture.record("record-1")
        )
        #expect(try await api.evaluate(asked, key: key).json["decision"] == true)
        try await api.must(.delete, "\(Fixture.tenant)/entities/user/bob")
        #expect(try await api.evaluate(asked, key: key).json["decision"] == false)
        try await api.must(.put, "\(Fixture.tenant)/entities/user/bob")
        #expect(try await api.evaluate(asked, key: key).json["decision"] == true)
        try await api.must(.delete, "\(Fixture.tenant)/policies/users-read")
        #expect(try await api.evaluate(asked, key: key).json["decision"] == false)
    }

    @Test func `why is told with the rules`() async throws {
        let (api, key) = try await api()
        var asked =
            question(
                Fixture.user("bob"),
                Fixture.action("write"),
                Fixture.record("record-1")
            )
            .object ?? [:]
        asked["context"] = ["explain": true]
        let answer = try await api.evaluate(.object(asked), key: key)
        let context = try #require(answer.json["context"])
        #expect(answer.json["decision"] == false)
        #expect(context["determining"] == [])
        #expect(context["revision"]?.integer != nil)
        let near = (context["nearMisses"]?.array ?? []).map { $0["ruleId"]?.string ?? "" }
        #expect(near == ["admins-write-archived", "alice-writes"])
        asked["action"] = Fixture.action("read")
        let allowed = try await api.evaluate(.object(asked), key: key).json["context"]
        #expect(allowed?["determining"]?.array?.map { $0["ruleId"] } == ["users-read"])
        let platform: JSONValue = [
            "id": "secret-name", "effect": "forbid", "match": ["actions": ["read"]],
        ]
        try await api.must(.post, "/v1/policies", platform)
        let denied = try await api.evaluate(.object(asked), key: key)
        #expect(denied.json["decision"] == false)
        #expect(!denied.text.contains("secret-name"))
        asked["subject"] = Fixture.user("bob", ["tenantId": "acme-corp"])
        #expect(try await api.evaluate(.object(asked)).text.contains("secret-name"))
    }
}
