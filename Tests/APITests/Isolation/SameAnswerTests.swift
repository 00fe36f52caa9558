import HTTPWire
import JSON
import Model
import Testing

@testable import API

/// What is another tenant's is answered like what does not exist: status, headers and every byte of the
/// body, but for the id of the request and the path that it repeats.
@Suite struct SameAnswerTests {
    private typealias World = IsolationWorld

    /// An answer without what differs by the request.
    private struct Form: Equatable, CustomStringConvertible {
        let status: Int
        let headers: [String]
        let body: String

        init(_ answer: TestAnswer, to request: RequestMaker.Request, about tenant: String) {
            status = answer.status
            headers = answer.headers.map { "\($0.name): \($0.value)" }
                .map { $0.replacing(tenant, with: "TENANT") }
            body = answer.text.replacing(request.path, with: "PATH")
                .replacing(tenant, with: "TENANT")
        }

        var description: String { "\(status) \(headers) \(body)" }
    }

    /// What a client might send to tell them apart.
    private static let headers: [[HTTPField]] = [
        [], [HTTPField("If-Match", "*")], [HTTPField("If-Match", "\"3\"")],
        [HTTPField("If-None-Match", "*")], [HTTPField("If-None-Match", "\"3\"")],
        [HTTPField("Bindery-Min-Revision", "1")], [HTTPField("Idempotency-Key", "a-key")],
    ]

    private func names(_ route: Route) -> Bool {
        route.tenantReach != .none && route.tenantReach != .subject
    }

    @Test(arguments: Role.allCases)
    func `another tenant's object and one that does not exist are one answer`(
        _ role: Role
    )
        async throws
    {
        let world = try await World()
        let key = try await world.key(World.Caller(role: role, tenant: World.own))
        for route in Routes.all where names(route) {
            for environment in World.environments {
                for headers in Self.headers {
                    var forms: [Form] = []
                    for tenant in [World.other, World.missing] {
                        let request = try world.maker(tenant, environment).request(route)
                        let answer = try await world.send(request, key: key, headers: headers)
                        forms.append(Form(answer, to: request, about: tenant))
                    }
                    #expect(forms[0] == forms[1], "\(route.name) \(environment) \(headers)")
                    #expect(forms[0].status >= 400, "\(route.name)")
                    let etag = forms[0].headers.first { $0.lowercased().hasPrefix("etag") }
                    #expect(etag == nil, "\(route.name)")
                }
            }
        }
    }

    @Test func `a body that is none, and parameters that are none, change nothing of it`()
        async throws
    {
        let world = try await World()
        let key = try await world.key(World.Caller(role: .tenantAdmin, tenant: World.own))
        for route in Routes.all where route.path.parameters.contains("tenant") {
            for tenant in [World.other, World.missing] {
                let request = try world.maker(tenant, "sandbox").request(route)
                let answer = try await world.api.send(
                    route.method,
                    request.path + "?nonsense=1&limit=x",
                    bytes: Array("{\"".utf8),
                    headers: [HTTPField("Content-Type", "text/plain"), HTTPField("If-Match", "?")],
                    key: key
                )
                guard route.body != .raw else {
                    // Of its own tenant it would be the same.
                    #expect(answer.code == "SIGNATURE_INVALID", "\(route.name): \(answer)")
                    continue
                }
                #expect(answer.status == 404, "\(route.name): \(answer)")
                #expect(answer.json["detail"] == "There is no such object.", "\(route.name)")
            }
        }
    }

    /// AuthZEN's questions name the tenant in the subject: evaluation, batches and searches, with and
    /// without the reason.
    @Test func `a question about another tenant is denied like one about none`() async throws {
        let world = try await World()
        for role in [Role.tenantAdmin, .runtime] {
            let key = try await world.key(World.Caller(role: role, tenant: World.own))
            for route in Routes.all where route.tenantReach == .subject {
                for explains in [false, true] {
                    var forms: [Form] = []
                    for tenant in [World.other, World.missing] {
                        let request = try world.maker(tenant, "sandbox").request(route)
                        var body = request.body?.object ?? [:]
                        body["context"] = ["explain": .bool(explains)]
                        let asked = RequestMaker.Request(
                            method: request.method,
                            path: request.path,
                            query: request.query,
                            body: .object(body)
                        )
                        let answer = try await world.send(asked, key: key)
                        forms.append(Form(answer, to: asked, about: tenant))
                        #expect(answer.status == 200)
                    }
                    // Ids of decisions are named after the question or made anew.
                    let bodies = forms.map { $0.body.replacing(/"decisionId":"[^"]*"/, with: "ID") }
                    #expect(bodies[0] == bodies[1], "\(route.name)")
                }
            }
        }
    }

    /// An id of another tenant's object below the caller's own tenant is one that does not exist.
    @Test func `another tenant's id below one's own path is nobody's`() async throws {
        let world = try await World()
        let key = try await world.key(World.Caller(role: .tenantAdmin, tenant: World.own))
        let foreign = world.maker(World.other, "sandbox").given
        for route in Routes.all where route.path.parameters == ["tenant", "id"] {
            guard route.path.text.contains("/keys/") || route.path.text.contains("/audit/") else {
                continue
            }
            var forms: [Form] = []
            for id in [foreign.keys, foreign.audit].compactMap({ $0["sandbox"] }) + ["Nobodys0"] {
                let path = route.path.text.replacing("{tenant}", with: World.own)
                    .replacing("{id}", with: id)
                let request = RequestMaker.Request(
                    method: route.method,
                    path: path,
                    query: "",
                    body: nil
                )
                let answer = try await world.send(request, key: key)
                forms.append(Form(answer, to: request, about: World.own))
                #expect(answer.status == 404, "\(route.name)")
            }
            #expect(Set(forms.map(\.body)).count == 1, "\(route.name)")
        }
    }
}
