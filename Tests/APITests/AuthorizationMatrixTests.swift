import HTTPWire
import JSON
import Testing

@testable import API

/// Every route by every role, in its own tenant and others, in every environment: as
/// docs/authorization.md says.
///
/// Nothing is listed here: a new route is asked by itself, and fails until the document has it.
@Suite struct AuthorizationMatrixTests {
    private static let routes = Routes.all.filter { !$0.isAnonymous }
    private static let tenantRoles = AuthorizationTable.roles.filter { $0 != "platform-admin" }
    private static let environments = ["sandbox", "staging", "production"]

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        for tenant in ["acme-corp", "other-corp"] { try await api.putTenant(tenant) }
        return api
    }

    /// The target of a route, each of its parameters filled in, with `dryRun` where it writes.
    private func target(
        _ route: Route,
        tenant: String = "acme-corp",
        environment: String = "sandbox"
    ) throws -> String {
        let values = [
            "tenant": tenant, "env": environment, "blueprint": "invoice-app", "n": "2", "a": "1",
            "b": "2", "capability": "payments.charge", "workflow": "checkout",
            "operation": "payments.test.charge", "key": "payments.test", "name": "invoice-app",
            "version": "1", "type": "user",
            "id": route.path.text.contains("/policies/") ? "no-agents" : "conn",
        ]
        let path = try route.path.segments.map { segment -> String in
            switch segment {
            case .literal(let text): return "/\(text)"
            case .parameter(let name):
                let value = values[name]
                return "/\(try #require(value, "the matrix has no value for {\(name)}"))"
            }
        }
        let query = route.isWrite ? "?dryRun=true" : ""
        return path.joined() + query
    }

    private func ask(
        _ api: TestAPI,
        _ route: Route,
        _ key: String,
        tenant: String = "acme-corp",
        environment: String = "sandbox"
    ) async throws -> TestAnswer {
        let target = try target(route, tenant: tenant, environment: environment)
        if case .none = route.body { return try await api.send(route.method, target, key: key) }
        return try await api.send(route.method, target, [:], key: key)
    }

    /// Whether the PDP let it pass, whatever became of it then.
    private func expect(
        _ answer: TestAnswer,
        passed: Bool,
        code: String = "FORBIDDEN",
        _ what: String
    ) {
        if passed {
            #expect(answer.status != 403 && answer.status != 401, "\(what): \(answer)")
        } else {
            #expect(answer.status == 403, "\(what): \(answer)")
            #expect(answer.code == code, "\(what)")
        }
    }

    @Test func `the document has a row for each route, and no other`() throws {
        let table = try AuthorizationTable()
        let routes = Set(Self.routes.map { "\($0.method.rawValue) \($0.path.text)" })
        #expect(Set(table.rows.keys) == routes)
        for route in Self.routes { #expect(try table.row(route).scope == route.scope) }
    }

    @Test(arguments: tenantRoles)
    func `a tenant's key may do in its tenant what its row says`(_ role: String) async throws {
        let (api, table) = (try await api(), try AuthorizationTable())
        let key = try await api.key(role)
        for route in Self.routes {
            let row = try table.row(route)
            let answer = try await ask(api, route, key)
            let isAllowed = row.roles.contains(role) && row.scope != "global"
            expect(answer, passed: isAllowed, "\(role) \(route.name)")
        }
    }

    // The platform's keys have no other roles.
    @Test(arguments: ["platform-admin", "auditor"])
    func `a platform's key may do in every tenant what its row says`(_ role: String) async throws {
        let (api, table) = (try await api(), try AuthorizationTable())
        let key = try await api.key(role, tenant: nil)
        for route in Self.routes {
            let isAllowed = try table.row(route).roles.contains(role)
            for tenant in ["acme-corp", "other-corp"] {
                let answer = try await ask(api, route, key, tenant: tenant)
                expect(answer, passed: isAllowed, "\(role) \(route.name)")
            }
        }
    }

    @Test(arguments: tenantRoles)
    func `another tenant's objects are those of a tenant that does not exist, byte for byte`(
        _ role: String
    ) async throws {
        let api = try await api()
        let key = try await api.key(role)
        for route in Self.routes where route.path.parameters.contains("tenant") {
            for environment in Self.environments {
                var seen: [TestAnswer] = []
                for tenant in ["other-corp", "absent-corp"] {
                    seen.append(
                        try await ask(api, route, key, tenant: tenant, environment: environment)
                    )
                }
                #expect(seen[0].status == 404, "\(role) \(route.name): \(seen[0])")
                #expect(Self.shape(seen[0]) == Self.shape(seen[1]), "\(role) \(route.name)")
            }
        }
        for route in Self.routes where route.query.contains("tenant") {
            var seen: [TestAnswer] = []
            for tenant in ["other-corp", "absent-corp"] {
                let path = try target(route) + (route.isWrite ? "&" : "?") + "tenant=\(tenant)"
                seen.append(try await api.send(route.method, path, key: key))
            }
            #expect(seen[0].status == 404 || seen[0].status == 403, "\(route.name)")
            #expect(Self.shape(seen[0]) == Self.shape(seen[1]), "\(route.name)")
        }
    }

    /// All of an answer but what is the request's own: its id, and the path that it asked for.
    private static func shape(_ answer: TestAnswer) -> [String] {
        var body = answer.json.object ?? [:]
        body["requestId"] = nil
        body["instance"] = nil
        let own = ["x-request-id", "date", "content-length"]
        let headers = answer.headers.filter { !own.contains($0.name.lowercased()) }
            .map { "\($0.name): \($0.value)" }
        return ["\(answer.status)"] + headers + [JSONValue.object(body).serializedText]
    }

    @Test(arguments: tenantRoles)
    func `a key acts in its own environments alone`(_ role: String) async throws {
        let (api, table) = (try await api(), try AuthorizationTable())
        for own in Self.environments {
            let key = try await api.key(role, environments: [.string(own)])
            for route in Self.routes where route.scope == "environment" {
                let hasRole = try table.row(route).roles.contains(role)
                for environment in Self.environments {
                    let answer = try await ask(api, route, key, environment: environment)
                    let isOwn = environment == own
                    expect(
                        answer,
                        passed: hasRole && isOwn,
                        code: hasRole ? "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE" : "FORBIDDEN",
                        "\(role) of \(own) in \(environment): \(route.name)"
                    )
                }
            }
        }
    }

    @Test(arguments: tenantRoles)
    func `an object of another environment is judged by its own`(_ role: String) async throws {
        let (api, table) = (try await api(), try AuthorizationTable())
        let key = try await api.key(role, environments: ["staging"])
        for route in Self.routes where route.path.text.contains("/connections/{id}") {
            guard try table.row(route).roles.contains(role) else { continue }
            // The connection is of the sandbox. What is refused first may be the body.
            let answer = try await ask(api, route, key)
            let isRefused = answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE"
            #expect(
                isRefused || answer.status == 422 || answer.status == 415,
                "\(route.name) \(answer)"
            )
            #expect(!answer.text.contains("env://"), "\(route.name)")
        }
        let lists = ["connections", "configs"]
        for list in lists where role != "runtime" && role != "auditor" {
            let items = try await api.send(.get, "/v1/tenants/acme-corp/\(list)", key: key).json
            #expect(items["items"] == [], "\(list)")
        }
    }

    @Test func `no key and a wrong key are told the same of every route`() async throws {
        let api = try await api()
        let wrong = "bnd_0123456789abcdef_" + String(repeating: "A", count: 40)
        for route in Self.routes {
            let target = try target(route)
            for key in [nil, wrong] {
                let answer = try await api.send(route.method, target, key: key)
                #expect(answer.status == 401 || answer.status == 429, "\(route.name)")
                #expect(answer["WWW-Authenticate"] != nil || answer.status == 429, "\(route.name)")
            }
        }
    }
}
