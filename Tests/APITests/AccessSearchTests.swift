import HTTPWire
import JSON
import Platform
import Testing

@testable import API

/// The search endpoints (AuthZEN section 8): they find what an evaluation permits, all of it, and
/// nothing else.
@Suite struct AccessSearchTests {
    /// Asks every question about a world one by one.
    private func decisions(
        _ world: AccessWorld,
        _ tenants: [String],
        key: String?
    ) async throws -> Set<[String]> {
        var permitted: Set<[String]> = []
        for tenant in tenants {
            for workflow in AccessWorld.workflows {
                let subject = Access.workflow(workflow, tenant: tenant, blueprint: "shop")
                for operation in AccessWorld.operations {
                    for kind in AccessWorld.kinds {
                        for id in AccessWorld.ids[kind] ?? [] {
                            let resource = Access.entity(kind, id)
                            let question = Access.question(subject, operation, resource)
                            let answer = try await world.api.evaluate(question, key: key)
                            if answer.json["decision"] == true {
                                permitted.insert([tenant, workflow, operation, kind, id])
                            }
                        }
                    }
                }
            }
        }
        return permitted
    }

    @Test(arguments: 1...6)
    func `every search finds what evaluations permit`(_ seed: UInt64) async throws {
        var world = try await AccessWorld(seed: seed)
        try await world.putSpecs()
        for tenant in ["acme-corp", "other-corp"] { try await world.putTenant(tenant) }
        let keys: [(String?, [String])] = [
            (TestAPI.bootstrapKey, ["acme-corp", "other-corp"]),
            (try await world.api.key("tenant-admin"), ["acme-corp"]),
            (try await world.api.key("runtime", workflows: ["check*", "agent-*"]), ["acme-corp"]),
        ]
        for (key, tenants) in keys {
            let permitted = try await decisions(world, ["acme-corp", "other-corp"], key: key)
            #expect(permitted.allSatisfy { tenants.contains($0[0]) })
            let limit = Int(seed % 4) + 1
            try await compareSubjects(world, permitted, key, limit)
            try await compareResources(world, permitted, key, limit)
            try await compareActions(world, permitted, key, limit)
        }
    }

    private func compareSubjects(
        _ world: AccessWorld,
        _ permitted: Set<[String]>,
        _ key: String?,
        _ limit: Int
    ) async throws {
        for operation in AccessWorld.operations {
            for kind in AccessWorld.kinds {
                for id in AccessWorld.ids[kind] ?? [] {
                    let question = Access.question(
                        ["type": "workflow"],
                        operation,
                        Access.entity(kind, id)
                    )
                    let found = try await world.api.searchAll(
                        "subject",
                        question,
                        limit: limit,
                        key: key
                    )
                    let names = found.map {
                        [$0["properties"]?["tenantId"]?.string ?? "", $0["id"]?.string ?? ""]
                    }
                    // Names that only a pattern admits are found by asking, not by searching.
                    let known = permitted.filter { Array($0[2...]) == [operation, kind, id] }
                        .map { Array($0.prefix(2)) }
                    #expect(Set(names).count == names.count)
                    #expect(Set(names).isSubset(of: known))
                    let unfound = Set(known).subtracting(names).map { $0[1] }
                    #expect(Set(unfound).isSubset(of: ["agent-1", "unheard-of", "back-office"]))
                    for subject in found {
                        let again = Access.question(subject, operation, Access.entity(kind, id))
                        let answer = try await world.api.evaluate(again, key: key)
                        #expect(answer.json["decision"] == true)
                    }
                }
            }
        }
    }

    private func compareResources(
        _ world: AccessWorld,
        _ permitted: Set<[String]>,
        _ key: String?,
        _ limit: Int
    ) async throws {
        for (tenant, workflow) in Set(permitted.map { [$0[0], $0[1]] }).map({ ($0[0], $0[1]) }) {
            let subject = Access.workflow(workflow, tenant: tenant, blueprint: "shop")
            for operation in AccessWorld.operations {
                for kind in AccessWorld.kinds {
                    let question = Access.question(subject, operation, ["type": .string(kind)])
                    let found = try await world.api.searchAll(
                        "resource",
                        question,
                        limit: limit,
                        key: key
                    )
                    #expect(found.allSatisfy { $0["type"]?.string == kind })
                    let wanted = permitted.filter {
                        Array($0.prefix(4)) == [tenant, workflow, operation, kind]
                    }
                    #expect(found.compactMap { $0["id"]?.string } == wanted.map { $0[4] }.sorted())
                }
            }
        }
    }

    private func compareActions(
        _ world: AccessWorld,
        _ permitted: Set<[String]>,
        _ key: String?,
        _ limit: Int
    ) async throws {
        for row in Set(permitted.map { [$0[0], $0[1], $0[3], $0[4]] }) {
            let question: JSONValue = [
                "subject": Access.workflow(row[1], tenant: row[0], blueprint: "shop"),
                "resource": Access.entity(row[2], row[3]),
            ]
            let found = try await world.api.searchAll("action", question, limit: limit, key: key)
            let wanted = permitted.filter {
                [$0[0], $0[1], $0[3], $0[4]] == row
            }
            #expect(found.compactMap { $0["name"]?.string } == wanted.map { $0[2] }.sorted())
        }
    }

    private static let subjects = "/access/v1/search/subject"

    private func page(
        _ api: TestAPI,
        _ page: JSONValue?,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> TestAnswer {
        var question = Access.question(["type": "workflow"]).object ?? [:]
        question["page"] = page
        change(&question)
        return try await api.send(.post, Self.subjects, .object(question))
    }

    @Test func `pages end with an empty token, exactly when nothing is left`() async throws {
        let api = try await TestAPI.access()
        let whole = try await page(api, nil)
        let results = whole.json["results"]?.array ?? []
        #expect(results.count == 2)
        #expect(results.first == Access.workflow("checkout"))
        #expect(whole.json["page"] == ["next_token": "", "count": 2])
        let exact = try await page(api, ["limit": 2])
        #expect(exact.json["page"]?["next_token"] == "")
        let first = try await page(api, ["limit": 1])
        let token = try #require(first.json["page"]?["next_token"]?.string)
        #expect(!token.isEmpty)
        for next in [["token": .string(token)], ["token": .string(token), "limit": 1]]
            as [JSONValue]
        {
            let second = try await page(api, next)
            #expect(second.json["results"]?.array == [results[1]])
            #expect(second.json["page"]?["next_token"] == "")
        }
        let none = try await page(api, ["limit": 0])
        #expect(none.json["results"] == [])
        #expect(none.json["page"]?["next_token"] == "")
        #expect(try await page(api, ["limit": 1_000_000]).json["results"]?.array?.count == 2)
    }

    @Test func `a token leads on in its own search only`() async throws {
        let api = try await TestAPI.access()
        let first = try await page(api, ["limit": 1])
        let token = JSONValue.string(first.json["page"]?["next_token"]?.string ?? "")
        #expect(try await page(api, ["token": token, "limit": 2]).status == 400)
        let changes: [(inout JSONObject) -> Void] = [
            { $0["action"] = ["name": "payments.test.refund"] },
            { $0["resource"] = Access.entity("connection", "ghost") },
            { $0["context"] = ["a": 1] },
            { $0["subject"] = ["type": "workflow", "properties": ["tenantId": "acme-corp"]] },
        ]
        for change in changes {
            let answer = try await page(api, ["token": token], change)
            #expect(answer.status == 400)
            #expect(answer.json["errors"]?.array?.first?["pointer"] == "/page/token")
        }
        // What is sought has no id: one that is given is ignored.
        let named = try await page(api, ["token": token]) {
            $0["subject"] = ["type": "workflow", "id": "whoever"]
        }
        #expect(named.status == 200)
    }

    @Test func `a page that is none is 400`() async throws {
        let api = try await TestAPI.access()
        let first = try await page(api, ["limit": 1])
        let token = first.json["page"]?["next_token"]?.string ?? ""
        var wrong: [JSONValue] = [
            "x", 1, .null, [], ["limit": -1], ["limit": "1"], ["limit": .string("1.5")],
            ["limit": .null],
            ["token": 1], ["token": .null], ["token": ""], ["token": "x"], ["token": "AAAAAAAA"],
            ["token": .string(String(repeating: "A", count: 9000))],
        ]
        wrong.append(["token": .string(String(token.dropLast()))])
        wrong.append(["token": .string("A" + token)])
        for body in ["[1,\"x\",[]]", "[0,\"x\",[\"a\"]]", "[501,\"x\",[\"a\"]]", "[1]", "{}", "7"] {
            // Its checksum is right, and still it is none that a search gave.
            let bytes = Array(body.utf8)
            let sum = Checksum.crc32c(bytes.span)
            let head = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
            wrong.append(["token": .string(Base64.encode(head + bytes, as: .url))])
        }
        for value in wrong {
            let answer = try await page(api, value)
            #expect(answer.status == 400, "\(value.serializedText) \(answer)")
        }
    }

    @Test func `what is unknown finds nothing, what is missing is 400`() async throws {
        let api = try await TestAPI.access()
        let subject = Access.workflow("checkout")
        let connection = Access.entity("connection", "conn")
        let action: JSONValue = ["name": "payments.test.charge"]
        let searches: [(String, JSONObject)] = [
            (
                "subject",
                ["subject": ["type": "workflow"], "action": action, "resource": connection]
            ),
            (
                "resource",
                ["subject": subject, "action": action, "resource": ["type": "connection"]]
            ),
            ("action", ["subject": subject, "resource": connection]),
        ]
        for (sought, question) in searches {
            let target = "/access/v1/search/\(sought)"
            let found = try await api.send(.post, target, .object(question))
            #expect(found.json["results"]?.array?.isEmpty == false, "\(sought) \(found)")
            for key in question.keys {
                var missing = question
                missing[key] = nil
                #expect(try await api.send(.post, target, .object(missing)).status == 400)
                missing[key] = "x"
                #expect(try await api.send(.post, target, .object(missing)).status == 400)
                guard key != "action" else { continue }
                var strange = question
                strange[key] = ["type": "spaceship", "id": "x"]
                let nothing = try await api.send(.post, target, .object(strange))
                #expect(nothing.status == 200)
                #expect(nothing.json["results"] == [])
                var nameless = question
                nameless[key] = ["type": question[key]?["type"] ?? ""]
                let isSought = key == sought
                let answer = try await api.send(.post, target, .object(nameless))
                #expect(answer.status == (isSought ? 200 : 400), "\(sought) \(key)")
            }
        }
    }

    @Test func `a tenant's key finds its own tenant's, whatever it wishes for`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("tenant-admin")
        for (wish, count) in [
            ([:], 1), (["tenantId": "acme-corp"], 1), (["tenantId": "other-corp"], 0),
            (["tenantId": 1], 0), (["environment": "production"], 0), (["blueprint": "x"], 0),
            (["environment": "sandbox", "blueprint": "invoice-app"], 1),
        ] as [(JSONValue, Int)] {
            let question = Access.question(["type": "workflow", "properties": wish])
            let found = try await api.searchAll("subject", question, limit: 10, key: key)
            #expect(found.count == count, "\(wish.serializedText)")
        }
        let foreign = Access.workflow("checkout", tenant: "other-corp")
        let resources = try await api.searchAll(
            "resource",
            Access.question(foreign, "payments.test.charge", ["type": "connection"]),
            limit: 10,
            key: key
        )
        #expect(resources.isEmpty)
    }

    @Test func `a runtime searches as its workflows`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime", workflows: ["renewal-*"])
        let subjects = Access.question(["type": "workflow"])
        #expect(try await api.searchAll("subject", subjects, limit: 10, key: key).isEmpty)
        for sought in ["resource", "action"] {
            let question = Access.question()
            let answer = try await api.send(
                .post,
                "/access/v1/search/\(sought)",
                question,
                key: key
            )
            #expect(answer.status == 403)
            #expect(answer.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        }
    }
}
