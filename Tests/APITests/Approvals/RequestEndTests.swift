import HTTPWire
import JSON
import Ledger
import Model
import Testing

@testable import API

/// A request whose version can't go live any more ends, and what is put away brings nothing back.
@Suite struct RequestEndTests {
    private static let sandbox = ApprovalWorld.tenant + "/configs/invoice-app/sandbox"

    @Test func `pruning a config ends the requests of its versions`() async throws {
        let world = try await ApprovalWorld(required: 0)
        _ = try await world.sandboxConnection()
        let sandbox = Self.sandbox
        try await world.api.must(.post, sandbox + "/versions", SampleObjects.config("test"))
        try await world.api.must(.post, sandbox + "/versions/1/preview")
        let id = try await world.requested("sandbox", 1)
        // A set with another config of the tenant: the sandbox's is superfluous.
        let version = try await world.version("one")
        #expect(try await world.publish(version).status == 200)
        var config = ApprovalWorld.config("one").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "production",
            "status": "published",
        ]
        let set: JSONValue = [
            "objects": [
                [
                    "kind": "TenantAppConfig", "tenantId": "acme-corp",
                    "object": .object(config),
                ]
            ]
        ]
        let rehearsed = try await world.api.must(.post, "/v1/apply?prune=true&dryRun=true", set)
        #expect(rehearsed.json["summary"]?["delete"] == 1, "\(rehearsed)")
        #expect(try await world.status(id) == "InReview")
        try await world.api.must(.post, "/v1/apply?prune=true", set)
        let ended = try await world.read(id)
        #expect(ended["status"] == "Cancelled")
        #expect(ended["lastStep"]?["comment"] == "the version was archived")
        #expect(ended["conflict"] == false)
        let audited = try await world.api.audited(after: 0).records
        #expect(audited.contains("change changeRequest.cancel"))
    }

    @Test func `a version that goes live without its request ends it`() async throws {
        let world = try await ApprovalWorld()
        let version = try await world.version("one")
        let id = try await world.submitted(version)
        let body: JSONValue = ["breakGlass": ["reason": "The old endpoint is closed."]]
        #expect(try await world.publish(version, body).status == 200)
        let ended = try await world.read(id)
        #expect(ended["status"] == "Cancelled")
        #expect(ended["lastStep"]?["comment"] == "the version was published without it")
    }

    @Test func `what was published over a preview took its place for good`() async throws {
        let world = try await ApprovalWorld()
        _ = try await world.sandboxConnection()
        let sandbox = Self.sandbox
        for number in 1...2 {
            var config = SampleObjects.config("test").object ?? [:]
            config["notes"] = .string("\(number)")
            try await world.api.must(.post, sandbox + "/versions", .object(config))
        }
        try await world.api.must(.post, sandbox + "/versions/1/preview")
        try await world.api.must(.post, sandbox + "/versions/2/publish")
        try await world.api.must(.post, sandbox + "/versions/2/archive")
        let resolved = try await world.api.send(.get, sandbox + "/resolved")
        #expect(resolved.status == 404, "\(resolved)")
        #expect(resolved.code == "CONFIG_NOT_LIVE")
        // A preview that is newer goes live, and its archiving shows nothing older.
        try await world.api.must(.post, sandbox + "/versions", SampleObjects.config("test"))
        try await world.api.must(.post, sandbox + "/versions/3/preview")
        try await world.api.must(.get, sandbox + "/resolved")
        try await world.api.must(.post, sandbox + "/versions/3/archive")
        #expect(try await world.api.send(.get, sandbox + "/resolved").code == "CONFIG_NOT_LIVE")
    }

    @Test func `of two keys that name nobody one has a hand in a request`() async throws {
        let world = try await ApprovalWorld()
        try await world.forgetPrincipal(of: world.author)
        try await world.forgetPrincipal(of: world.anna)
        let id = try await world.submitted(try await world.version("one"))
        let refused = try await world.move(id, "approve", as: world.anna)
        #expect(refused.status == 403, "\(refused)")
        #expect(refused.code == "PRINCIPAL_UNKNOWN")
        // Nor one that such a key has made.
        let made = try await world.api.send(
            .post,
            ApprovalWorld.tenant + "/keys",
            ["roles": ["tenant-admin"], "environments": ["*"]],
            key: world.anna
        )
        let minted = try #require(made.json["key"]?.string)
        #expect(try await world.move(id, "approve", as: minted).code == "PRINCIPAL_UNKNOWN")
        #expect(try await world.move(id, "approve", as: world.ben).status == 200)
        let carl = try await world.api.key("tenant-admin")
        #expect(try await world.move(id, "approve", as: carl).json["status"] == "Approved")
    }

    @Test func `of two approvals one may be of a key that names nobody`() async throws {
        let world = try await ApprovalWorld()
        try await world.forgetPrincipal(of: world.anna)
        try await world.forgetPrincipal(of: world.ben)
        let id = try await world.submitted(try await world.version("one"))
        #expect(try await world.move(id, "approve", as: world.anna).status == 200)
        #expect(try await world.move(id, "approve", as: world.ben).code == "PRINCIPAL_UNKNOWN")
        // Where nothing is asked for, nothing is refused.
        try await world.api.must(.put, ApprovalWorld.policy, ApprovalWorld.asking(0))
        #expect(try await world.move(id, "approve", as: world.ben).status == 200)
    }
}

extension ApprovalWorld {
    fileprivate func sandboxConnection() async throws -> TestAnswer {
        try await api.must(
            .post,
            Self.tenant + "/connections",
            SampleObjects.connection("test")
        )
    }

    fileprivate func requested(_ environment: String, _ version: Int64) async throws -> String {
        let body: JSONValue = [
            "blueprint": "invoice-app", "environment": .string(environment),
            "version": .integer(version), "title": "t",
        ]
        let made = try await api.send(.post, Self.requests, body, key: author)
        let id = try #require(made.json["id"]?.string)
        #expect(try await move(id, "submit", as: author).status == 200)
        return id
    }

    /// Makes a key one of before keys recorded who stands behind them.
    fileprivate func forgetPrincipal(of key: String) async throws {
        let name = String(key.split(separator: "_")[1])
        let id = try #require(CredentialID(name))
        let stored = try #require(api.ledger.state.credentials[id])
        var object = try #require(stored.value.storedJSON.object)
        object["principal"] = nil
        let old = try #require(Credential(storedJSON: .object(object)))
        #expect(!old.namesPrincipal)
        _ = try await api.ledger.commit(actor: .system("test"), now: stored.updatedAt) { _, stamp in
            let moved = Stored(
                old,
                revision: stamp.revision,
                createdAt: stored.createdAt,
                updatedAt: stamp.now
            )
            return Ledger.Plan([.putCredential(moved)], answer: ())
        }
    }
}
