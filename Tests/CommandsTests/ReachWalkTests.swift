import JSON
import Model
import Resolver
import Testing

@testable import Commands

/// What a question about reach costs, in lines and steps, and how its pages lead on.
@Suite struct ReachWalkTests {
    private static func page() throws -> PageRequest { try PageRequest(limit: nil, cursor: nil) }

    /// A tenant with so many live configs; each binds a connection of its own for a workflow of its
    /// own, the first one also for `agent-*`.
    private func bench(_ lineCount: Int) async throws -> CommandBench {
        let bench = try await CommandBench()
        let spec = PutIntegrationSpec(id: Sample.spec, body: Sample.specBody())
        _ = try await spec.run(try bench.context())
        var members: [JSONValue] = []
        func add(_ kind: String, _ object: JSONValue, isGlobal: Bool = false) {
            var member: JSONObject = ["kind": .string(kind), "object": object]
            if !isGlobal { member["tenantId"] = .string(Sample.acme.text) }
            members.append(.object(member))
        }
        add("IntegrationSpec", Self.otherSpec, isGlobal: true)
        for number in 0..<lineCount {
            var blueprint = Sample.blueprintBody().object ?? [:]
            blueprint["meta"] = [
                "name": .string(Self.app(number)), "version": 1, "appId": "invoice",
            ]
            add("AppBlueprintSpec", .object(blueprint), isGlobal: true)
            var connection = Sample.connectionBody("conn-\(number)", environment: "sandbox")
            if number == 1 {
                var object = connection.object ?? [:]
                var meta = object["meta"]?.object ?? [:]
                meta["integrationKey"] = "payments.other"
                object["meta"] = .object(meta)
                connection = .object(object)
            }
            add("IntegrationConnection", connection)
            add("TenantAppConfig", Self.config(number))
        }
        let set: JSONValue = ["objects": .array(members)]
        let apply = ApplySet(body: set, form: .document, pruning: .nothing, showsValues: false)
        _ = try await apply.run(try bench.context())
        return bench
    }

    private static func app(_ number: Int) -> String { "app-\(number)" }

    private static let otherSpec: JSONValue = {
        var spec = Sample.specBody().object ?? [:]
        spec["meta"] = ["key": "payments.other", "version": 1, "category": "payments"]
        let operation: JSONValue = "payments.other.charge"
        spec["capabilities"] = [
            "provides": [["key": "payments.charge", "version": 1, "operation": operation]]
        ]
        spec["operations"] = [
            "payments.other.charge": ["method": "POST", "path": "/x", "encoding": "json"]
        ]
        return .object(spec)
    }()

    private static func config(_ number: Int) -> JSONValue {
        var workflows: [JSONValue] = [.string("flow-\(number)")]
        if number == 0 { workflows.append("agent-*") }
        return [
            "meta": [
                "blueprintName": .string(app(number)), "blueprintVersion": 1,
                "environment": "sandbox", "status": "published",
            ],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": .string("conn-\(number)"),
                    "scope": ["workflows": .array(workflows)],
                ]
            ],
        ]
    }

    private func walks(_ bench: CommandBench) throws -> [ReachWalk] {
        let (scope, context) = (try bench.scope(), try bench.context())
        let filter = ReachFilter(blueprint: nil, environment: nil)
        let page = try Self.page()
        func workflow(_ name: String) throws -> ReachWalk {
            try GetWorkflowReach(
                scope: scope,
                workflow: Sample.name(name),
                filter: filter,
                page: page
            )
            .walk(context)
        }
        return [
            try GetConnectionReach(scope: scope, id: Sample.name("conn-2"), page: page)
                .walk(context),
            try GetOperationReach(
                scope: scope,
                operation: Sample.name("payments.other.charge"),
                filter: filter,
                page: page
            )
            .walk(context),
            try workflow("flow-2"), try workflow("agent-7"),
        ]
    }

    @Test func `a question costs what it answers, whatever the tenant has`() async throws {
        let few = try walks(try await bench(3))
        let many = try walks(try await bench(60))
        for (few, many) in zip(few, many) {
            #expect(many.lineCount == 1)
            #expect(many.stepCount == few.stepCount)
            let answer = many.answer(revision: 1)
            #expect(answer.json["items"]?.array?.count == 1)
            #expect(answer.json == few.answer(revision: 1).json)
        }
    }

    /// Who may use a connection, a capability or a slot for an operation, asked as AuthZEN asks.
    private func searches(_ bench: CommandBench) throws -> [(stepCount: Int, answer: JSONValue)] {
        let resources: [(JSONValue, JSONValue)] = [
            (["type": "connection", "id": "conn-2"], "payments.test.charge"),
            (["type": "connection", "id": "conn-1"], "payments.other.charge"),
            (["type": "slot", "id": "payments.primary"], "payments.other.charge"),
            (["type": "capability", "id": "payments.charge"], "payments.other.charge"),
        ]
        return try resources.map { resource, operation in
            let search = SearchSubjects(
                body: [
                    "subject": [
                        "type": "workflow", "properties": ["tenantId": .string(Sample.acme.text)],
                    ],
                    "action": ["name": operation], "resource": resource,
                ]
            )
            var decider = AccessDecider(try bench.context())
            let results = try search.search(&decider)
            return (decider.stepCount, results.answer(revision: 1).json)
        }
    }

    @Test func `a search of subjects costs what it finds, whatever the tenant has`() async throws {
        let few = try searches(try await bench(3))
        let many = try searches(try await bench(60))
        for (few, many) in zip(few, many) {
            #expect(many.answer["results"]?.array?.count == 1)
            #expect(many.answer == few.answer)
            #expect(many.stepCount == few.stepCount)
            // One line, and next to nothing else.
            #expect(many.stepCount < 2 * SearchSubjects.lineStepCount)
        }
    }

    @Test func `nobody's workflow, connection and operation cost no line`() async throws {
        let bench = try await bench(3)
        try await bench.connect("unbound", environment: "sandbox")
        let (scope, context) = (try bench.scope(), try bench.context())
        let filter = ReachFilter(blueprint: nil, environment: nil)
        let page = try Self.page()
        let unbound = try GetConnectionReach(scope: scope, id: Sample.name("unbound"), page: page)
            .walk(context)
        let unknown = try GetOperationReach(
            scope: scope,
            operation: Sample.name("payments.none.charge"),
            filter: filter,
            page: page
        )
        .walk(context)
        let nobody = try GetWorkflowReach(
            scope: scope,
            workflow: Sample.name("nobody"),
            filter: filter,
            page: page
        )
        .walk(context)
        for walk in [unbound, unknown, nobody] {
            #expect(walk.lineCount == 0)
            #expect(walk.answer(revision: 1).json == ["items": [], "nextCursor": nil])
        }
    }

    /// A page that may cost nothing ends behind its first entry, and the pages together have all.
    @Test func `a page that costs too much ends early, and the next goes on behind it`()
        async throws
    {
        let bench = try await bench(7)
        let (scope, state) = (try bench.scope(), bench.state)
        let lines = bench.services.reachIndex(scope, state).lines
        var found: [String] = []
        var cursor: String?
        var pageCount = 0
        repeat {
            let page = try PageRequest(limit: "500", cursor: cursor)
            var walk = try ReachWalk(page, stepCountMax: 1)
            walk.visit(
                lines,
                table: { bench.services.table(ConfigScope(scope: scope, line: $0), state) },
                entries: { walk, table in
                    let isShown = table.config.blueprint.name.text != "app-3"
                    walk.note(
                        table,
                        part: 0,
                        isShown ? .string(table.config.blueprint.name.text) : nil
                    )
                }
            )
            #expect(walk.lineCount <= 2)
            let answer = walk.answer(revision: 1)
            found += (answer.json["items"]?.array ?? []).compactMap(\.string)
            cursor = walk.nextCursor
            pageCount += 1
        } while cursor != nil && pageCount < 100
        #expect(found == [0, 1, 2, 4, 5, 6].map { Self.app($0) })
        #expect(pageCount == 7)
    }

    @Test(arguments: [
        "a", "a b 1 2", "a b 1 2 3 4", "a b x 2 3", "a b 1 2 ", " b 1 2 3", "a  b 1 2 3",
        "a b 1 2 99999999999999999999",
    ])
    func `a cursor of another list is refused`(_ key: String) throws {
        let page = try PageRequest(limit: nil, cursor: PageRequest.cursor(after: key))
        #expect(throws: CommandError.self) { try ReachWalk(page) }
        #expect(ReachPlace(key) == nil)
    }

    @Test func `a place is read as it was written`() throws {
        let line = ConfigLineID(
            blueprint: Sample.blueprint.name,
            environment: Sample.name("sandbox")
        )
        for place in [
            ReachPlace(line, version: 1, part: 0, rank: 0),
            ReachPlace(line, version: 12, part: 3, rank: .max),
        ] {
            #expect(ReachPlace(place.text) == place)
        }
    }
}
