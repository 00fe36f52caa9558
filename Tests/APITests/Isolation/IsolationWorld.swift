import HTTPWire
import JSON
import Ledger
import Model
import Platform

@testable import API
@testable import Commands

/// Two tenants with the same of everything in each environment, and callers of every kind.
struct IsolationWorld {
    static let environments = ["sandbox", "staging", "production"]
    static let own = "acme-corp"
    /// A tenant that exists, and one that does not; their names have the same length.
    static let other = "other-corp"
    static let missing = "absen-corp"

    /// A caller: a role, as a tenant's key or the platform's, and what it is bounded to.
    struct Caller: Sendable, CustomStringConvertible {
        let role: Role
        let tenant: String?
        /// Nil for all.
        var environments: [String]?
        var workflows = ["*"]

        var description: String {
            "\(role.rawValue) of \(tenant ?? "the platform") in \(environments ?? ["*"])"
        }
    }

    let api: TestAPI
    private var given: [String: RequestMaker.Given] = [:]

    init(change: (inout Services.Settings) -> Void = { _ in }) async throws {
        api = try await TestAPI(change: change)
        try await putCatalog()
        var platformKeys: [String: String] = [:]
        for environment in Self.environments {
            let key: JSONValue = ["roles": ["auditor"], "environments": [.string(environment)]]
            platformKeys[environment] = try await api.must(.post, "/v1/keys", key).json["id"]?
                .string
        }
        for tenant in [Self.own, Self.other] {
            given[tenant] = try await Self.putTenant(tenant, api)
            given[tenant]?.platformKeys = platformKeys
        }
        given[Self.missing] = given[Self.other]
    }

    /// A maker of requests about a tenant.
    func maker(
        _ tenant: String,
        _ environment: String,
        workflow: String = "checkout"
    ) -> RequestMaker {
        RequestMaker(
            tenant: tenant,
            environment: environment,
            given: given[tenant] ?? RequestMaker.Given(),
            workflow: workflow
        )
    }

    /// Sends a request of the route.
    func send(
        _ request: RequestMaker.Request,
        key: String,
        headers: [HTTPField] = []
    ) async throws -> TestAnswer {
        let headers = headers + [HTTPField("X-Request-ID", "the-same-for-all")]
        guard let body = request.body else {
            return try await api.send(request.method, request.target, headers: headers, key: key)
        }
        return try await api.send(
            request.method,
            request.target,
            body,
            headers: headers,
            key: key
        )
    }

    /// The text of a caller's key, which goes into the store as it is: the API would not make one of
    /// each kind.
    func key(_ caller: Caller) async throws -> String {
        let (id, text) = APIKey.make()
        let all: [String] = ["*"]
        let stored: JSONValue = [
            "id": .string(id.text), "tenantId": caller.tenant.map { .string($0) } ?? .null,
            "roles": [.string(caller.role.rawValue)],
            "environments": .array((caller.environments ?? all).map { .string($0) }),
            "workflows": .array(caller.workflows.map { .string($0) }), "status": "active",
            "digest": .string(Hex.encode(APIKey.digest(of: text))),
        ]
        guard let credential = Credential(storedJSON: stored) else {
            throw RequestMaker.Unfilled(route: caller.description, what: "its key")
        }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        _ = try await api.ledger.commit(actor: .system("test"), now: now) {
            (_, stamp) throws(CommandError) in
            let stored = Stored(
                credential,
                revision: stamp.revision,
                createdAt: stamp.now,
                updatedAt: stamp.now
            )
            return Ledger.Plan([.putCredential(stored)], answer: true)
        }
        return text
    }

    // MARK: What is there

    private func putCatalog() async throws {
        try await api.putSpecs()
        // What nobody uses, so that it may be replaced and removed.
        let maker = RequestMaker(
            tenant: Self.own,
            environment: "sandbox",
            given: RequestMaker.Given()
        )
        for route in Routes.all where ["putIntegrationSpec", "putBlueprint"].contains(route.name) {
            let request = try maker.request(route)
            try await api.must(.put, request.path, request.body ?? [:])
        }
        for environment in Self.environments {
            let rule: JSONValue = [
                "effect": "forbid",
                "match": ["workflows": ["nobody"], "environments": [.string(environment)]],
            ]
            try await api.must(.put, "/v1/policies/rule-\(environment)", rule)
        }
    }

    private static func putTenant(
        _ tenant: String,
        _ api: TestAPI
    ) async throws -> RequestMaker.Given {
        let path = "/v1/tenants/\(tenant)"
        var given = RequestMaker.Given()
        for environment in environments {
            let connection = "conn-\(environment)"
            for id in [connection, "spare-\(environment)"] {
                try await api.must(
                    .post,
                    "\(path)/connections",
                    SampleObjects.connection(id, environment: environment)
                )
            }
            let records = try await api.send(.get, "\(path)/audit?connection=\(connection)")
            given.audit[environment] = records.json["items"]?.array?.first?["id"]?.string
            let line = "\(path)/configs/invoice-app/\(environment)"
            try await api.must(.post, "\(line)/versions", SampleObjects.config(connection))
            if environment == "production" {
                try await api.must(.post, "\(line)/versions/1/preview")
            }
            try await api.must(.post, "\(line)/versions/1/publish")
            try await api.must(.post, "\(line)/versions", SampleObjects.config(connection))
            for (status, id) in try await putRequests(path, environment, api) {
                given.changeRequests["\(environment)/\(status)"] = id
            }
            let rule: JSONValue = [
                "effect": "forbid",
                "match": ["workflows": ["nobody"], "environments": [.string(environment)]],
            ]
            try await api.must(.put, "\(path)/policies/rule-\(environment)", rule)
            let key: JSONValue = ["roles": ["runtime"], "environments": [.string(environment)]]
            let hook = "\(path)/webhooks/hook-\(environment)"
            try await api.must(
                .put,
                hook,
                [
                    "url": "https://alerts.example/hook", "environments": [.string(environment)],
                ]
            )
            let ping = try await api.must(.post, "\(hook)/test")
            given.deliveries[environment] = ping.json["id"]?.string
            given.keys[environment] = try await api.must(.post, "\(path)/keys", key)
                .json["id"]?
                .string
        }
        try await api.must(.put, "\(path)/approval-policy", ["environments": [:]])
        try await api.must(.put, "\(path)/entities/user/alice", ["attributes": [:]])
        try await api.must(.put, "\(path)/secrets/stripe", ["value": "a value"])
        return given
    }

    /// A change request in each of three states, of drafts of their own; their ids by status.
    private static func putRequests(
        _ path: String,
        _ environment: String,
        _ api: TestAPI
    ) async throws -> [String: String] {
        let line = "\(path)/configs/invoice-app/\(environment)"
        var ids: [String: String] = [:]
        for (number, status) in [(3, "Draft"), (4, "InReview"), (5, "Approved")] {
            try await api.must(
                .post,
                "\(line)/versions",
                SampleObjects.config("conn-\(environment)")
            )
            let body: JSONValue = [
                "blueprint": "invoice-app", "environment": .string(environment),
                "version": .integer(Int64(number)), "title": "a change",
            ]
            let made = try await api.must(.post, "\(path)/change-requests", body)
            let id = made.json["id"]?.string ?? ""
            ids[status] = id
            let request = "\(path)/change-requests/\(id)"
            if status == "Draft" { continue }
            let sent = try await api.must(.post, request + "/submit")
            if status == "InReview" {
                ids["digest"] = sent.json["contentDigest"]?.string
                continue
            }
            let key = try await api.key(
                "tenant-admin",
                tenant: path.split(separator: "/").last.map(String.init)
            )
            let answer = try await api.send(
                .post,
                request + "/approve",
                ["contentDigest": sent.json["contentDigest"] ?? .null],
                key: key
            )
            guard answer.status == 200 else {
                throw UnexpectedAnswer(target: request, answer: answer)
            }
            if environment == "production" {
                try await api.must(.post, "\(line)/versions/\(number)/preview")
            }
        }
        return ids
    }
}
