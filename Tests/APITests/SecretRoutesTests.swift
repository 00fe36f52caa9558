import HTTPWire
import JSON
import Ledger
import Testing

@testable import API

/// `/v1/tenants/{tenant}/secrets`: values go in and never come out.
@Suite struct SecretRoutesTests {
    private static let secrets = "/v1/tenants/acme-corp/secrets"
    private static let stripe = secrets + "/stripe"
    private static let value = "sk_live_51HxAbCdEfGhIjKlMnOpQr"

    @Test func `a secret is made, told of, replaced and removed`() async throws {
        let api = try await TestAPI()
        #expect(try await api.send(.get, Self.stripe).status == 404)
        let made = try await api.send(.put, Self.stripe, ["value": .string(Self.value)])
        #expect(made.status == 201)
        #expect(made["Location"] == Self.stripe)
        let members = made.json.object?.members.map(\.key) ?? []
        #expect(Set(members) == ["name", "version", "keyId", "createdAt", "updatedAt"])
        let read = try await api.send(.get, Self.stripe)
        #expect(read.json == made.json)
        let tag = try #require(made["ETag"])
        #expect(read["ETag"] == tag)
        let again = try await api.send(.put, Self.stripe, ["value": ["apiKey": "k", "n": 1]])
        #expect(again.status == 200)
        let versions = [made, again].map { $0.json["version"]?.integer ?? 0 }
        #expect(versions[0] < versions[1])
        let stale = [HTTPField("If-Match", tag)]
        let other: JSONValue = ["value": "x"]
        #expect(try await api.send(.put, Self.stripe, other, headers: stale).status == 412)
        #expect(try await api.send(.delete, Self.stripe, headers: stale).status == 412)
        let new = [HTTPField("If-None-Match", "*")]
        #expect(try await api.send(.put, Self.stripe, other, headers: new).status == 412)
        let dry = try await api.send(.put, Self.secrets + "/dry?dryRun=true", other)
        #expect(dry.status == 201)
        #expect(try await api.send(.get, Self.secrets + "/dry").status == 404)
        #expect(try await api.send(.delete, Self.stripe).status == 204)
        #expect(try await api.send(.delete, Self.stripe).status == 404)
        let reborn = try await api.must(.put, Self.stripe, other)
        #expect(reborn.json["version"]?.integer ?? 0 > versions[1])
    }

    @Test func `a value is in no answer, no trail, no export and no line of the ledger`()
        async throws
    {
        let api = try await TestAPI()
        let key = [HTTPField("Idempotency-Key", "once")]
        let body: JSONValue = ["value": ["apiKey": .string(Self.value)]]
        let made = try await api.send(.put, Self.stripe, body, headers: key)
        #expect(made.status == 201)
        let wrong: [JSONValue] = [
            ["value": .string(Self.value), "extra": .string(Self.value)],
            [Self.value: .string(Self.value)], .string(Self.value), [.string(Self.value)],
            ["value": [.string(Self.value)]],
            ["value": .string(Self.value + String(repeating: "x", count: 65_536))],
        ]
        var texts = [made.text]
        for body in wrong {
            let answer = try await api.send(.put, Self.stripe, body)
            #expect(answer.status == 422)
            texts.append(answer.text)
        }
        let places = [
            Self.stripe, Self.secrets, "/v1/tenants/acme-corp/audit", "/v1/export", "/metrics",
        ]
        for place in places { texts.append(try await api.must(.get, place).text) }
        api.ledger.state.forEachSnapshotLine { texts.append(String(decoding: $0, as: UTF8.self)) }
        for text in texts { #expect(!text.contains(Self.value)) }
        let trail = try await api.must(.get, "/v1/tenants/acme-corp/audit")
        #expect(trail.text.contains("secret.put"))
        #expect(trail.text.contains("stripe"))
        let export = try await api.must(.get, "/v1/export")
        #expect(!export.text.contains("stripe"))
        // What a PUT does twice is done once: nothing of it is remembered under its key.
        #expect(api.ledger.state.idempotency.count == 0)
    }

    @Test func `a value of the limit is taken, and one byte more is not`() async throws {
        let api = try await TestAPI()
        func put(_ value: JSONValue) async throws -> Int {
            try await api.send(.put, Self.stripe, ["value": value]).status
        }
        #expect(try await put(.string(String(repeating: "x", count: 65_536))) == 201)
        #expect(try await put(.string(String(repeating: "x", count: 65_537))) == 422)
        func fields(_ count: Int) -> JSONValue {
            .object(JSONObject((0..<count).map { ("f\($0)", .string("v")) }))
        }
        #expect(try await put(fields(64)) == 200)
        #expect(try await put(fields(65)) == 422)
        #expect(try await put([:]) == 422)
        #expect(try await put(["a": nil]) == 422)
        #expect(try await put("") == 422)
        for value: JSONValue in [nil, 1, true, ["a"]] { #expect(try await put(value) == 422) }
    }

    @Test func `a name that is none is refused`() async throws {
        let api = try await TestAPI()
        for name in ["a%20b", "%2E%2E", ".a", "a%2Fb"] {
            let answer = try await api.send(.put, "\(Self.secrets)/\(name)", ["value": "v"])
            #expect(answer.status == 422, "\(name)")
            #expect(answer.code == "INVALID_IDENTIFIER", "\(name)")
        }
    }

    @Test func `what a connection refers to is not removed`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.must(.put, Self.stripe, ["value": "v"])
        try await api.must(.put, "/v1/tenants/other-corp/secrets/stripe", ["value": "v"])
        var connection = SampleObjects.connection("conn").object ?? [:]
        connection["secretRef"] = "local://stripe"
        let path = "/v1/tenants/acme-corp/connections"
        try await api.must(.post, path, .object(connection))
        let refused = try await api.send(.delete, Self.stripe)
        #expect(refused.status == 409)
        #expect(refused.code == "SECRET_IN_USE")
        #expect(refused.json["usedBy"] == ["conn"])
        // That of another tenant is another secret.
        #expect(
            try await api.send(.delete, "/v1/tenants/other-corp/secrets/stripe").status == 204
        )
        try await api.must(.delete, path + "/conn")
        #expect(try await api.send(.delete, Self.stripe).status == 204)
    }

    private static let next = "\(secrets)/next"

    /// A connection that was rotated from one secret to the next, and what the rotation answered.
    private func rotated(overlapSeconds: Int64) async throws -> (TestAPI, TestAnswer) {
        let api = try await TestAPI()
        try await api.putSpecs()
        for place in [Self.stripe, Self.next] { try await api.must(.put, place, ["value": "v"]) }
        var connection = SampleObjects.connection("conn").object ?? [:]
        connection["secretRef"] = "local://stripe"
        let path = "/v1/tenants/acme-corp/connections"
        try await api.must(.post, path, .object(connection))
        let wish: JSONValue = [
            "secretRef": "local://next", "overlapSeconds": .integer(overlapSeconds),
        ]
        return (api, try await api.must(.post, path + "/conn/rotate", wish))
    }

    @Test func `what a rotation can be taken back to is not removed`() async throws {
        let (api, rotated) = try await rotated(overlapSeconds: 600)
        #expect(rotated.json["previousSecretRef"] == "local://stripe")
        for place in [Self.stripe, Self.next] {
            let refused = try await api.send(.delete, place)
            #expect(refused.status == 409)
            #expect(refused.code == "SECRET_IN_USE")
            #expect(refused.json["usedBy"] == ["conn"])
        }
        // It can be returned to, and then the other one is nobody's.
        let rotate = "/v1/tenants/acme-corp/connections/conn/rotate"
        try await api.must(.post, rotate, ["rollback": true])
        #expect(try await api.send(.delete, Self.stripe).status == 409)
        #expect(try await api.send(.delete, Self.next).status == 204)
    }

    @Test func `a secret whose overlap has ended is removed`() async throws {
        let (api, _) = try await rotated(overlapSeconds: 0)
        #expect(try await api.send(.delete, Self.stripe).status == 204)
        #expect(try await api.send(.delete, Self.next).status == 409)
    }

    @Test func `a tenant sees its own secrets only`() async throws {
        let api = try await TestAPI()
        try await api.must(.put, Self.stripe, ["value": "v"])
        let key = try await api.key("tenant-admin", tenant: "other-corp")
        for method in [HTTPMethod.get, .delete] {
            #expect(try await api.send(method, Self.stripe, key: key).status == 404)
        }
        #expect(try await api.send(.put, Self.stripe, ["value": "x"], key: key).status == 404)
        let own = try await api.send(.get, "/v1/tenants/other-corp/secrets", key: key)
        #expect(own.json["items"] == [])
    }

    @Test func `whoever does not act in all environments writes no secret`() async throws {
        let api = try await TestAPI()
        let key = try await api.key("tenant-admin", environments: ["sandbox"])
        let answer = try await api.send(.put, Self.stripe, ["value": "v"], key: key)
        #expect(answer.status == 403)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
    }

    @Test func `they are listed by name, in pages`() async throws {
        let api = try await TestAPI()
        for name in ["c", "a", "b"] {
            try await api.must(.put, "\(Self.secrets)/\(name)", ["value": "v"])
        }
        let page = try await api.must(.get, Self.secrets + "?limit=2")
        let names = page.json["items"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == ["a", "b"])
        let cursor = try #require(page.json["nextCursor"]?.string)
        let rest = try await api.must(.get, "\(Self.secrets)?limit=2&cursor=\(cursor)")
        #expect(rest.json["items"]?.array?.count == 1)
    }

    @Test func `a secret moves no revision, tells no event, and is not in the past`() async throws {
        let api = try await TestAPI()
        let before = try await api.send(.get, "/livez")["Bindery-Revision"]
        try await api.must(.put, Self.stripe, ["value": "v"])
        #expect(try await api.send(.get, "/livez")["Bindery-Revision"] == before)
    }

    @Test func `nothing is to be sealed anew under the only key`() async throws {
        let api = try await TestAPI()
        let made = try await api.must(.put, Self.stripe, ["value": "v"])
        for target in ["/v1/secrets/rotate-key", "/v1/secrets/rotate-key?dryRun=true"] {
            let answer = try await api.must(.post, target)
            #expect(answer.json["keyId"] == made.json["keyId"])
            #expect(answer.json["resealed"] == 0)
            #expect(answer.json["remaining"] == 0)
            #expect(answer.json["keys"]?.array?.first?["secrets"] == 1)
        }
    }
}
