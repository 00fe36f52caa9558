import HTTPWire
import JSON
import Model
import Testing

@testable import API

/// What environments and workflows of a credential leave out of what it is shown, and as whom it may
/// act: the last two columns of docs/authorization.md.
@Suite struct AccessReachTests {
    private typealias World = IsolationWorld

    private func routes(_ column: (AccessTable.Row) -> String, _ cell: String) throws -> [Route] {
        let table = try AccessTable()
        return Routes.all.filter { route in
            table.row("\(route.method.rawValue) \(route.path.text)").map(column) == cell
        }
    }

    /// All that a route shows, of a stream what comes until it is silent.
    private func shown(
        _ route: Route,
        _ world: World,
        _ environment: String,
        _ key: String
    ) async throws -> String {
        let request = try world.maker(World.own, environment).request(route)
        guard case .text = route.answer else {
            let answer = try await world.send(request, key: key)
            #expect(answer.status == 200, "\(route.name): \(answer)")
            return answer.text
        }
        let stream = try await world.api.open(request.target, key: key)
        // A change that everybody is shown ends what there is to wait for.
        let mark = "mark-\(Int.random(in: 0..<1_000_000_000))"
        let path = "/v1/tenants/\(World.own)/policies/\(mark)"
        try await world.api.must(.put, path, ["effect": "forbid", "enabled": false])
        try await stream.wait { $0.isWhole || $0.text.contains(mark) }
        await stream.leave()
        return stream.text
    }

    @Test func `a list leaves out what is in other environments, and nothing else`() async throws {
        let world = try await World()
        let listing = try routes(\.environments, "listed")
        #expect(listing.count >= 5)
        for environments in [nil, ["sandbox"], ["staging", "production"], []] {
            let caller = World.Caller(
                role: .tenantAdmin,
                tenant: World.own,
                environments: environments
            )
            let key = try await world.key(caller)
            for route in listing {
                for environment in World.environments {
                    let text = try await shown(route, world, environment, key)
                    let traces = [
                        "conn-\(environment)", "\"environment\":\"\(environment)\"",
                        "invoice-app/\(environment)",
                    ]
                    // A webhook may hear of several; elsewhere it is shown as rules are.
                    let hook = route.name == "listWebhooks" ? ["hook-\(environment)"] : []
                    let isShown = (traces + hook).contains { text.contains($0) }
                    // Nothing is live in an environment that nobody may go live in unseen.
                    let isIn = environments?.contains(environment) ?? true
                    #expect(isShown == isIn, "\(caller): \(route.name) \(environment): \(text)")
                }
            }
        }
    }

    @Test func `what is not looked at leaves out nothing`() async throws {
        let world = try await World()
        let table = try AccessTable()
        var keys: [String] = []
        for (environments, workflows): ([String]?, [String]) in [(nil, ["*"]), ([], [])] {
            let caller = World.Caller(
                role: .tenantAdmin,
                tenant: World.own,
                environments: environments,
                workflows: workflows
            )
            keys.append(try await world.key(caller))
        }
        func count(_ route: Route, _ key: String) async throws -> Int? {
            let request = try world.maker(World.own, "sandbox").request(route)
            let json = try await world.send(request, key: key).json
            return (json["items"] ?? json["results"])?.array?.count
        }
        for route in Routes.all {
            let row = try #require(table.row("\(route.method.rawValue) \(route.path.text)"))
            guard row.environments == "–", row.workflows == "–",
                let all = try await count(route, keys[0])
            else { continue }
            #expect(try await count(route, keys[1]) == all, "\(route.name)")
            #expect(all > 0, "\(route.name)")
        }
    }

    @Test func `who acts as a workflow, or asks about one, is bound to its own`() async throws {
        let world = try await World()
        for role in Role.allCases where role != .platformAdmin {
            let caller = World.Caller(role: role, tenant: World.own, workflows: ["check*"])
            let key = try await world.key(caller)
            let table = try AccessTable()
            for route in Routes.all {
                let request = "\(route.method.rawValue) \(route.path.text)"
                let row = try #require(table.row(request))
                guard row.roles[role] == "yes" else { continue }
                for workflow in ["checkout", "newsletter"] {
                    let maker = world.maker(World.own, "sandbox", workflow: workflow)
                    let answer = try await world.send(try maker.request(route), key: key)
                    let isOwn = workflow == "checkout"
                    let code: String? =
                        switch row.workflows {
                        case "caller": isOwn ? nil : "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"
                        case "runtime":
                            isOwn || role != .runtime ? nil : "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"
                        case "key": isOwn ? nil : "FORBIDDEN"
                        case "–", "listed": nil
                        default: throw AccessTable.Unreadable(line: request)
                        }
                    // Which workflow a binding admits is another question than who may act as it.
                    let refused = ["FORBIDDEN", "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"]
                    let told = answer.code.flatMap { refused.contains($0) ? $0 : nil }
                    #expect(told == code, "\(caller) as \(workflow): \(route.name): \(answer)")
                }
            }
        }
    }

    @Test func `a runtime finds no workflows but its own`() async throws {
        let world = try await World()
        for (workflows, isFound) in [(["check*"], true), (["newsletter"], false), (["*"], true)] {
            for route in try routes(\.workflows, "listed") {
                let caller = World.Caller(
                    role: .runtime,
                    tenant: World.own,
                    workflows: workflows
                )
                let request = try world.maker(World.own, "sandbox").request(route)
                let answer = try await world.send(request, key: try await world.key(caller))
                #expect(answer.status == 200)
                #expect(answer.text.contains("checkout") == isFound, "\(route.name): \(answer)")
            }
        }
    }
}
