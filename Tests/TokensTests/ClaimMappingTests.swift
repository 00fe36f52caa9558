import JSON
import Model
import Testing
import TokenTesting

@testable import Tokens

@Suite struct ClaimMappingTests {
    private func grant(_ claims: JSONObject, issuer: JSONObject = [:]) throws -> TokenGrant {
        let token = TokenWorld.rsa.token(TokenWorld.claims(claims), "rsa-1")
        return try TokenWorld.outcome(token, issuer: issuer).get()
    }

    @Test func `claims are mapped to tenant, roles, environments and workflows`() throws {
        let grant = try grant([:])
        #expect(grant.tenant?.text == "acme")
        #expect(grant.roles == [.runtime])
        #expect(grant.environments?.map(\.text) == ["production"])
        #expect(grant.workflows.map(\.text) == ["checkout"])
        #expect(grant.origin.issuer == TokenWorld.issuer)
        #expect(grant.origin.subject == "robot-7")
        #expect(grant.origin.end == TokenWorld.now + .seconds(660))
    }

    @Test func `what is not mapped gives nothing`() throws {
        let settings: JSONObject = ["roles": nil, "environments": nil, "workflows": nil]
        let unmapped = try grant([:], issuer: settings)
        #expect(unmapped.roles.isEmpty && unmapped.environments == [] && unmapped.workflows.isEmpty)
        let unclaimed = try grant(["roles": nil, "environments": nil, "workflows": nil])
        #expect(unclaimed.roles.isEmpty && unclaimed.environments == [])
        #expect(unclaimed.workflows.isEmpty)
    }

    @Test func `a role is never more than the issuer may give`() throws {
        let all: JSONValue = .array(Role.allCases.map { .string($0.rawValue) } + ["root", 1])
        #expect(try grant(["roles": all]).roles == [.tenantViewer, .runtime])
        let most: JSONObject = ["rolesMax": all.array.map { .array(Array($0.dropLast(2))) } ?? nil]
        // Also when the issuer may: a tenant's caller is never the platform's admin.
        #expect(
            try grant(["roles": all], issuer: most).roles
                == [.tenantAdmin, .tenantViewer, .runtime, .auditor]
        )
        let none: JSONObject = ["rolesMax": []]
        #expect(try grant(["roles": all], issuer: none).roles.isEmpty)
    }

    @Test func `a claim's value reaches no further than an exact name`() throws {
        let grant = try grant(["environments": ["*", "sandbox"], "workflows": ["*", "a*", "pay"]])
        #expect(grant.environments?.map(\.text) == ["sandbox"])
        #expect(grant.workflows.map(\.text) == ["pay"])
    }

    @Test func `what reaches further stands in the settings`() throws {
        let fixed: JSONObject = [
            "environments": ["value": ["*"]], "workflows": ["value": ["pay-*"]],
            "roles": ["value": ["runtime"]], "tenant": ["value": "globex"],
        ]
        let values = try grant([:], issuer: fixed)
        #expect(values.environments == nil && values.workflows.map(\.text) == ["pay-*"])
        #expect(values.tenant?.text == "globex")
        let maps: JSONObject = [
            "environments": ["claim": "/groups", "map": ["ops": ["*"], "dev": "sandbox"]],
            "workflows": ["claim": "/groups", "map": ["ops": ["*"]]],
            "roles": ["claim": "/groups", "map": ["ops": ["runtime", "tenant-viewer"]]],
            "tenant": ["claim": "/org", "map": ["o-1": "acme", "staff": nil]],
        ]
        let ops = try grant(["groups": ["ops", "x"], "org": "o-1"], issuer: maps)
        #expect(ops.environments == nil && ops.workflows.map(\.text) == ["*"])
        #expect(ops.roles == [.runtime, .tenantViewer] && ops.tenant?.text == "acme")
        let developer = try grant(["groups": ["dev"], "org": "o-1"], issuer: maps)
        #expect(developer.environments?.map(\.text) == ["sandbox"])
        #expect(developer.roles.isEmpty && developer.workflows.isEmpty)
    }

    @Test func `a caller is the platform's only where the settings say so`() throws {
        let map: JSONObject = ["tenant": ["claim": "/org", "map": ["o-1": "acme", "staff": nil]]]
        #expect(try grant(["org": "staff"], issuer: map).tenant == nil)
        #expect(try grant([:], issuer: ["tenant": ["platform": true]]).tenant == nil)
        for org in ["staff ", "", nil, 1, ["staff"], "o-2"] as [JSONValue] {
            #expect(throws: TokenDefect.noTenant) { try grant(["org": org], issuer: map) }
        }
        for tenant in [nil, "", "a b", ["acme"], 7, true, ["id": "acme"]] as [JSONValue] {
            #expect(throws: TokenDefect.noTenant) { try grant(["tenant": tenant]) }
        }
    }

    @Test func `a claim may be nested, and the words of a text`() throws {
        let settings: JSONObject = [
            "tenant": ["claim": "/https:~1~1x.example~1org/id"],
            "roles": ["claim": "/scope", "split": true, "map": ["bindery:run": "runtime"]],
        ]
        let claims: JSONObject = [
            "https://x.example/org": ["id": "acme"], "scope": "openid bindery:run bindery:all",
        ]
        let grant = try grant(claims, issuer: settings)
        #expect(grant.tenant?.text == "acme" && grant.roles == [.runtime])
    }
}
