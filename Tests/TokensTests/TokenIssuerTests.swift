import JSON
import Model
import Testing

@testable import Tokens

@Suite struct TokenIssuerTests {
    private func pointers(_ change: JSONObject) throws -> [String] {
        do {
            _ = try TokenWorld.issuer(change)
            return []
        } catch let error as InvalidDocument {
            return error.issues.map(\.pointer)
        }
    }

    @Test(
        arguments: [
            ([:], []), (["issuer": nil], ["/issuer"]), (["issuer": ""], ["/issuer"]),
            (["audience": nil], ["/audience"]), (["audience": "one"], []),
            (["audience": []], ["/audience"]), (["algorithms": nil], ["/algorithms"]),
            (["algorithms": []], ["/algorithms"]),
            (["algorithms": ["none"]], ["/algorithms/0", "/algorithms"]),
            (["algorithms": ["RS256", "HS256"]], ["/algorithms/1"]),
            (["clockSkewSeconds": 300], []), (["clockSkewSeconds": 301], ["/clockSkewSeconds"]),
            (["clockSkewSeconds": -1], ["/clockSkewSeconds"]),
            (["lifetimeSeconds": 59], ["/lifetimeSeconds"]), (["lifetimeSeconds": 60], []),
            (["refreshSeconds": 9], ["/refreshSeconds"]),
            (["refreshSeconds": 4000], ["/staleSeconds"]),
            (["rolesMax": nil], ["/rolesMax"]), (["rolesMax": ["root"]], ["/rolesMax/0"]),
            (["tenant": nil], ["/tenant"]), (["tenant": ["platform": false]], ["/tenant"]),
            (["tenant": ["value": "acme", "claim": "/x"]], ["/tenant"]),
            (["tenant": ["claim": ""]], ["/tenant"]),
            (["tenant": ["claim": "/o", "map": ["x": 1]]], ["/tenant/map/x"]),
            (["roles": ["value": ["tenant-admin"]]], ["/roles"]),
            (["roles": ["claim": "/r", "map": ["x": "auditor"]]], ["/roles"]),
            (["roles": ["claim": "/r", "map": ["x": "root"]]], ["/roles/map/x"]),
            (["roles": [:]], ["/roles"]), (["workflows": ["value": ["a b"]]], ["/workflows/value"]),
            (["jwks": "/x"], ["/jwks"]), (["jwksFile": nil], ["/jwksFile"]),
            (["jwksUrl": "https://x.example/k"], ["/jwksFile"]),
        ] as [(JSONObject, [String])]
    )
    func `an issuer's object is read strictly`(_ change: JSONObject, _ places: [String]) throws {
        #expect(try pointers(change) == places)
    }

    @Test(
        arguments: [
            ("https://idp.example/keys", true), ("http://127.0.0.1:8080/keys", true),
            ("http://[::1]/keys", true), ("http://127.9.8.7", true),
            ("http://idp.example/k", false),
            ("http://localhost/k", false), ("http://127.0.0.1.evil.example/k", false),
            ("http://127.1/k", false), ("http://10.0.0.1/k", false), ("ftp://127.0.0.1/k", false),
            ("https://user:secret@idp.example/k", false), ("/keys", false), ("", false),
            ("http://127.0.0.1@evil.example/k", false), ("HTTP://127.0.0.1/k", false),
        ]
    )
    func `keys come by https, or from this machine`(_ url: String, _ isGood: Bool) throws {
        let places = try pointers(["jwksFile": nil, "jwksUrl": .string(url)])
        #expect(places == (isGood ? [] : ["/jwksUrl"]))
    }
}
