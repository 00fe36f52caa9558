import HTTPWire
import JSON
import Model
import Testing

@testable import API

/// Whoever wrote of a content is no other who says yes to it.
@Suite struct ContentAuthorsTests {
    private static let versions = ApprovalWorld.line + "/versions"

    private func make(
        _ world: ApprovalWorld,
        _ body: JSONValue,
        as key: String,
        at path: String = versions
    ) async throws -> Int64 {
        let made = try await world.api.send(.post, path, body, key: key)
        #expect(made.status == 201, "\(made)")
        return try #require(made.json["meta"]?["version"]?.integer)
    }

    /// Changes a draft, so that it has another note.
    private func change(
        _ world: ApprovalWorld,
        _ version: Int64,
        _ method: HTTPMethod,
        _ note: String,
        as key: String
    ) async throws -> TestAnswer {
        let isPatch = method == .patch
        let body = isPatch ? ["notes": .string(note)] : ApprovalWorld.config(note)
        let type = isPatch ? "application/merge-patch+json" : "application/json"
        return try await world.api.send(
            method,
            "\(Self.versions)/\(version)",
            bytes: body.serialized(),
            headers: [HTTPField("Content-Type", type)],
            key: key
        )
    }

    /// All steps of the line that are kept.
    private func history(_ world: ApprovalWorld) async throws -> [JSONValue] {
        var steps: [JSONValue] = []
        var cursor = ""
        for _ in 1...3 {
            let path = "\(ApprovalWorld.line)/history?limit=500\(cursor)"
            let page = try await world.api.must(.get, path).json
            steps += page["items"]?.array ?? []
            guard let next = page["nextCursor"]?.string else { break }
            cursor = "&cursor=\(next)"
        }
        return steps
    }

    @Test(arguments: [HTTPMethod.put, .patch])
    func `who changed the draft is no other, and who did not is`(
        _ method: HTTPMethod
    ) async throws {
        let world = try await ApprovalWorld(required: 1)
        let version = try await world.version("one", isDraft: true)
        let id = try await world.drafted(version)
        let changed = try await change(world, version, method, "two", as: world.anna)
        #expect(changed.status == 200, "\(changed)")
        // What says the same writes nothing, and makes nobody an author.
        let same = try await change(world, version, method, "two", as: world.ben)
        #expect(same.status == 200, "\(same)")
        try await world.api.must(.post, "\(Self.versions)/\(version)/preview")
        #expect(try await world.move(id, "submit", as: world.author).status == 200)
        let own = try await world.move(id, "approve", as: world.anna)
        #expect(own.status == 403, "\(own)")
        #expect(own.code == "SELF_APPROVAL")
        #expect(own.json["detail"]?.string?.contains("changed it while it was a draft") == true)
        #expect(try await world.move(id, "approve", as: world.ben).json["status"] == "Approved")
    }

    @Test func `who approved a draft and changes it then takes the yes back for good`() async throws
    {
        let world = try await ApprovalWorld(required: 1)
        let version = try await world.version("one", isDraft: true)
        let id = try await world.submitted(version)
        #expect(try await world.move(id, "approve", as: world.anna).json["status"] == "Approved")
        _ = try await change(world, version, .put, "two", as: world.anna)
        _ = try await change(world, version, .put, "one", as: world.anna)
        #expect(try await world.status(id) == "Draft")
        #expect(try await world.move(id, "submit", as: world.author).status == 200)
        #expect(try await world.read(id)["countedApprovals"] == 0)
        #expect(try await world.move(id, "approve", as: world.anna).code == "SELF_APPROVAL")
    }

    @Test func `an author is one however many steps the line has taken since`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let version = try await make(world, ApprovalWorld.config("one"), as: world.anna)
        for _ in 0..<501 {
            let other = try await make(world, ["fromVersion": .integer(version)], as: world.ben)
            try await world.api.must(.delete, "\(Self.versions)/\(other)")
        }
        let steps = try await history(world)
        #expect(steps.count == 1000)
        #expect(!steps.contains { $0["version"]?.integer == version }, "it is forgotten")
        try await world.api.must(.post, "\(Self.versions)/\(version)/preview")
        let id = try await world.submitted(version)
        #expect(try await world.move(id, "approve", as: world.anna).code == "SELF_APPROVAL")
    }

    @Test func `a copy of a draft has its authors, one of what was published has not`() async throws
    {
        let world = try await ApprovalWorld(required: 1)
        let draft = try await make(world, ApprovalWorld.config("one"), as: world.anna)
        let copy = try await make(world, ["fromVersion": .integer(draft)], as: world.author)
        let id = try await world.submitted(copy)
        #expect(try await world.move(id, "approve", as: world.anna).code == "SELF_APPROVAL")
        #expect(try await world.move(id, "approve", as: world.ben).status == 200)
        try await world.api.must(.post, "\(Self.versions)/\(copy)/preview")
        #expect(try await world.publish(copy).status == 200)
        // Others said yes to that, so it is what the next change starts from, and no part of it.
        let next = try await make(world, ["fromVersion": .integer(copy)], as: world.author)
        _ = try await change(world, next, .patch, "two", as: world.author)
        let second = try await world.submitted(next)
        #expect(try await world.move(second, "approve", as: world.anna).status == 200)
    }

    @Test func `a promoted content has the authors that it had where it was written`() async throws
    {
        let world = try await ApprovalWorld(required: 1)
        try await world.api.must(
            .post,
            ApprovalWorld.tenant + "/connections",
            SampleObjects.connection("conn_test")
        )
        let sandbox = ApprovalWorld.tenant + "/configs/invoice-app/sandbox"
        let config = SampleObjects.config("conn_test")
        let written = try await make(world, config, as: world.anna, at: sandbox + "/versions")
        try await world.api.must(.post, "\(sandbox)/versions/\(written)/publish")
        let body: JSONValue = ["to": "production", "connections": ["conn_test": "conn"]]
        let version = try await make(world, body, as: world.author, at: sandbox + "/promote")
        let id = try await world.submitted(version)
        #expect(try await world.move(id, "approve", as: world.anna).code == "SELF_APPROVAL")
        #expect(try await world.move(id, "approve", as: world.ben).json["status"] == "Approved")
    }

    @Test func `a content has 64 authors at most, and one of them can go on`() async throws {
        let world = try await ApprovalWorld(required: 1)
        let version = try await make(world, ApprovalWorld.config("one"), as: world.anna)
        for number in 2...ContentAuthors.countMax {
            let key = try await world.api.key("tenant-admin")
            let changed = try await change(world, version, .put, "\(number)", as: key)
            #expect(changed.status == 200, "\(changed)")
        }
        let more = try await change(world, version, .put, "more", as: world.ben)
        #expect(more.status == 409, "\(more)")
        #expect(more.code == "TOO_MANY_AUTHORS")
        let copy = try await world.api.send(
            .post,
            Self.versions,
            ["fromVersion": .integer(version)],
            key: world.ben
        )
        #expect(copy.code == "TOO_MANY_AUTHORS", "\(copy)")
        let own = try await change(world, version, .put, "own", as: world.anna)
        #expect(own.status == 200, "\(own)")
    }
}
