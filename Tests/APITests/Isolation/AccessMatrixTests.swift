import HTTPWire
import JSON
import Model
import Testing

@testable import API

/// Every route, asked with every role, as a tenant's key and as the platform's, about its own tenant,
/// another and none, in every environment: each answer is what docs/authorization.md says.
@Suite struct AccessMatrixTests {
    private typealias World = IsolationWorld

    private static func text(_ route: Route) -> String {
        "\(route.method.rawValue) \(route.path.text)"
    }

    /// The environments that a request of the row names.
    private func touched(_ row: AccessTable.Row, _ maker: RequestMaker) -> Set<String> {
        row.environments == "pathAndOther"
            ? [maker.environment, maker.goal] : [maker.environment]
    }

    @Test func `the page has every route, once, and no other`() throws {
        let table = try AccessTable()
        #expect(table.rows.map(\.request).sorted() == Routes.all.map(Self.text).sorted())
    }

    /// Routes that may be called and need more than a right: a user's consent, a record of the
    /// platform's own.
    private static let needsMore: Set<String> = [
        "connectConnection", "finishConnect", "getPlatformAudit",
    ]

    @Test(arguments: Role.allCases, [IsolationWorld.own, nil])
    func `what a role may, and what not, is what the page says`(
        _ role: Role,
        _ tenant: String?
    )
        async throws
    {
        let table = try AccessTable()
        let world = try await World()
        for environments in [nil, ["sandbox"], ["sandbox", "staging"], []] {
            let caller = World.Caller(role: role, tenant: tenant, environments: environments)
            let key = try await world.key(caller)
            for route in Routes.all {
                let row = try #require(table.row(Self.text(route)), "\(route.name)")
                for tenant in [World.own, World.other, World.missing] {
                    for environment in World.environments {
                        let maker = world.maker(tenant, environment)
                        let request = try maker.request(route)
                        let verdict = try AccessVerdict(
                            row,
                            caller,
                            tenant: tenant,
                            touched: touched(row, maker),
                            makes: route.method == .post
                        )
                        let answer = try await world.send(request, key: key)
                        // What is not there has no environment.
                        let isNowhere = tenant == World.missing && answer.status == 404
                        #expect(
                            verdict.isMet(by: answer) || caller.tenant == nil && isNowhere,
                            "\(caller): \(request.method) \(request.target): \(verdict), not \(answer)"
                        )
                        let succeeds =
                            tenant == World.own && environment == "sandbox"
                            && !Self.needsMore.contains(route.name)
                        if verdict == .allowed, succeeds {
                            #expect(answer.status < 300, "\(caller): \(request.target): \(answer)")
                        }
                    }
                }
            }
        }
    }

    @Test func `no key and a wrong key are told the same of every route`() async throws {
        let world = try await World()
        let wrong = "bnd_0123456789abcdef_" + String(repeating: "A", count: 40)
        for route in Routes.all where !route.isAnonymous {
            let request = try world.maker(World.own, "sandbox").request(route)
            for key in [nil, wrong] {
                let answer = try await world.api.send(route.method, request.target, key: key)
                #expect(answer.status == 401 || answer.status == 429, "\(route.name)")
                #expect(answer["WWW-Authenticate"] != nil || answer.status == 429, "\(route.name)")
            }
        }
    }

    /// A test that reads what it expects from a page has to notice when the page is changed.
    @Test func `each cell of the page counts`() async throws {
        let page = try AccessTable()
        let world = try await World()
        let caller = World.Caller(role: .runtime, tenant: World.own, environments: ["sandbox"])
        let key = try await world.key(caller)
        for route in Routes.all where !route.isAnonymous {
            let row = try #require(page.row(Self.text(route)))
            let turned = AccessTable.Row(
                request: row.request,
                tenant: row.tenant,
                roles: row.roles.mapValues { $0 == "yes" ? "–" : "yes" },
                environments: row.environments,
                workflows: row.workflows
            )
            let maker = world.maker(World.own, "sandbox")
            let answer = try await world.send(try maker.request(route), key: key)
            func verdict(_ row: AccessTable.Row) throws -> AccessVerdict {
                try AccessVerdict(
                    row,
                    caller,
                    tenant: World.own,
                    touched: ["sandbox"],
                    makes: route.method == .post
                )
            }
            #expect(try verdict(row) != verdict(turned))
            #expect(try verdict(row).isMet(by: answer))
            #expect(try !verdict(turned).isMet(by: answer), "\(route.name)")
        }
        #expect(throws: AccessTable.Unreadable.self) { try AccessTable(reading: "# Nothing") }
    }
}
