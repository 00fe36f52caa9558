import HTTPWire
import JSON
import Ledger
import Testing

@testable import API

/// A tenant whose production asks for two approvals, with three of its admins.
struct ApprovalWorld {
    static let tenant = "/v1/tenants/acme-corp"
    static let line = tenant + "/configs/invoice-app/production"
    static let requests = tenant + "/change-requests"
    static let policy = tenant + "/approval-policy"

    let api: TestAPI
    let author: String
    let anna: String
    let ben: String

    init(required: Int64 = 2, over ledger: Ledger? = nil) async throws {
        api = try await TestAPI(over: ledger)
        try await api.putSpecs()
        let connection = SampleObjects.connection("conn", environment: "production")
        try await api.must(.post, Self.tenant + "/connections", connection)
        author = try await api.key("tenant-admin")
        anna = try await api.key("tenant-admin")
        ben = try await api.key("tenant-admin")
        try await api.must(.put, Self.policy, Self.asking(required))
    }

    static let reason = "Ben is on leave until Monday."
    static let deletion = policy + "?reason=Ben%20is%20on%20leave%20until%20Monday."

    /// A policy, with the reason that it needs where it asks for less.
    static func asking(_ required: Int64) -> JSONValue {
        [
            "environments": ["production": ["required": .integer(required)]],
            "reason": .string(reason),
        ]
    }

    static func config(_ note: String) -> JSONValue {
        var config = SampleObjects.config("conn").object ?? [:]
        config["notes"] = .string(note)
        return .object(config)
    }

    /// A new version with this note, previewed unless it is to stay a draft; its number.
    func version(_ note: String, isDraft: Bool = false) async throws -> Int64 {
        let made = try await api.must(.post, Self.line + "/versions", Self.config(note))
        let number = try #require(made.json["meta"]?["version"]?.integer)
        if !isDraft { try await api.must(.post, "\(Self.line)/versions/\(number)/preview") }
        return number
    }

    /// A request of the author's for a version, submitted; its id.
    func submitted(_ version: Int64) async throws -> String {
        let id = try await drafted(version)
        let answer = try await move(id, "submit", as: author)
        #expect(answer.status == 200, "\(answer)")
        return id
    }

    /// A request of the author's for a version; its id.
    func drafted(_ version: Int64) async throws -> String {
        let answer = try await create(version)
        #expect(answer.status == 201, "\(answer)")
        return try #require(answer.json["id"]?.string)
    }

    func create(_ version: Int64, title: String = "More slots") async throws -> TestAnswer {
        let body: JSONValue = [
            "blueprint": "invoice-app", "environment": "production",
            "version": .integer(version), "title": .string(title),
        ]
        return try await api.send(.post, Self.requests, body, key: author)
    }

    /// A request that both others have approved.
    func approved(_ version: Int64) async throws -> String {
        let id = try await submitted(version)
        for key in [anna, ben] {
            let answer = try await move(id, "approve", as: key)
            #expect(answer.status == 200, "\(answer)")
        }
        return id
    }

    @discardableResult
    func move(
        _ id: String,
        _ step: String,
        _ body: JSONValue = [:],
        as key: String
    ) async throws -> TestAnswer {
        var members = body.object ?? [:]
        if step == "approve", members["contentDigest"] == nil {
            // Whoever approves has read the request.
            let request = try await api.send(.get, "\(Self.requests)/\(id)", key: key)
            members["contentDigest"] = request.json["contentDigest"] ?? "sha256:none"
            if members["contentDigest"]?.isNull == true { members["contentDigest"] = "sha256:none" }
        }
        return try await api.send(
            .post,
            "\(Self.requests)/\(id)/\(step)",
            .object(members),
            key: key
        )
    }

    func status(_ id: String) async throws -> String? {
        try await read(id)["status"]?.string
    }

    func read(_ id: String) async throws -> JSONValue {
        try await api.send(.get, "\(Self.requests)/\(id)").json
    }

    func publish(
        _ version: Int64,
        _ body: JSONValue = [:],
        _ query: String = "",
        as key: String? = nil
    ) async throws -> TestAnswer {
        let target = "\(Self.line)/versions/\(version)/publish\(query)"
        return try await api.send(.post, target, body, key: key ?? author)
    }

    /// The number of the published version.
    func published() async throws -> Int64? {
        let lines = try await api.send(.get, Self.tenant + "/configs").json["items"]?.array
        return lines?.first?["publishedVersion"]?.integer
    }
}
