import JSON
import Model
import Testing

@testable import Commands

/// Lists are walked to their end whatever the page's size, also where one name begins another.
@Suite struct ListingTests {
    /// In the order of their bytes, which is the order of lists.
    static let names = ["A", "a", "a-b", "a.b", "a0", "aB", "a_b", "ab", "b"]

    /// Everything that pages of `limit` list, in order, by the members at `places`.
    private func walk(
        _ limit: Int,
        _ places: String...,
        list: (PageRequest) throws -> CommandAnswer
    ) throws -> [String] {
        var found: [String] = []
        var cursor: String?
        repeat {
            let answer = try list(try PageRequest(limit: "\(limit)", cursor: cursor))
            for item in answer.json["items"]?.array ?? [] {
                found.append(places.map { Self.text(item, $0) }.joined(separator: " "))
            }
            cursor = answer.nextCursor
        } while cursor != nil && found.count <= 100
        return found
    }

    private static func text(_ item: JSONValue, _ place: String) -> String {
        let value = place.split(separator: ".").reduce(Optional(item)) { $0?[String($1)] }
        return value?.string ?? value?.integer.map { "\($0)" } ?? ""
    }

    @Test(arguments: [1, 2, 5, 500])
    func `connections`(_ limit: Int) async throws {
        let bench = try await CommandBench()
        try await bench.putSpecs()
        for name in Self.names.shuffled() { try await bench.connect(name) }
        let scope = try bench.scope()
        let found = try walk(limit, "meta.id") { page in
            try ListConnections(scope: scope, filters: .init(), page: page).run(try bench.context())
        }
        #expect(found == Self.names)
    }

    @Test(arguments: [1, 2, 5, 500])
    func `policies and tenants`(_ limit: Int) async throws {
        let bench = try await CommandBench()
        for name in Self.names.shuffled() {
            let body: JSONValue = ["id": .string(name), "effect": "forbid"]
            for owner in [OwnerScope.platform, .tenant(try bench.scope(Sample.name(name)))] {
                let command = PutPolicy(owner: owner, id: nil, body: body)
                _ = try await command.run(try bench.context())
            }
        }
        let rules = try walk(limit, "id") { page in
            try ListPolicies(owner: .platform, effect: nil, page: page).run(try bench.context())
        }
        #expect(rules == Self.names)
        let tenants = try walk(limit, "id") { page in
            try ListTenants(page: page).run(try bench.context())
        }
        #expect(tenants == Self.names)
    }

    @Test(arguments: [1, 2, 5, 500])
    func `blueprints, and the configs of each`(_ limit: Int) async throws {
        let bench = try await CommandBench()
        for name in Self.names.shuffled() {
            let id = BlueprintID(name: Sample.name(name), version: .integer(1))
            let body: JSONValue = ["meta": [:], "integrationSlots": []]
            _ = try await PutBlueprint(id: id, body: body).run(try bench.context())
            for environment in ["staging", "sandbox"] {
                let line = ConfigLineID(blueprint: id.name, environment: Sample.name(environment))
                let target = ConfigScope(scope: try bench.scope(), line: line)
                let config: JSONValue = ["meta": [:], "integrations": []]
                _ = try await CreateConfigVersion(target: target, body: config)
                    .run(try bench.context())
            }
        }
        let blueprints = try walk(limit, "meta.name") { page in
            try ListBlueprints(name: nil, page: page).run(try bench.context())
        }
        #expect(blueprints == Self.names)
        let lines = try walk(limit, "blueprint", "environment") { page in
            try ListConfigs(
                scope: try bench.scope(),
                environment: nil,
                blueprint: nil,
                page: page
            )
            .run(try bench.context())
        }
        #expect(lines == Self.names.flatMap { ["\($0) sandbox", "\($0) staging"] })
    }

    @Test(arguments: [1, 2, 5, 500])
    func `the versions and the history of a config, ten and more`(_ limit: Int) async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        for _ in 1...11 { _ = try await bench.draft() }
        let line = try bench.line()
        let versions = try walk(limit, "meta.version") { page in
            try ListConfigVersions(target: line, status: nil, page: page).run(try bench.context())
        }
        #expect(versions == (1...11).map { "\($0)" })
        let history = try walk(limit, "version") { page in
            try GetConfigHistory(target: line, page: page).run(try bench.context())
        }
        #expect(history == (1...11).reversed().map { "\($0)" })
    }

    @Test(arguments: [1, 2, 500])
    func `the versions of an integration`(_ limit: Int) async throws {
        let bench = try await CommandBench()
        let versions = ["2", "10", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.9.0", "1.10.0"]
        for text in versions.shuffled() {
            guard let version = ObjectVersion(pathSegment: text) else { throw Missing(what: text) }
            var body = Sample.specBody().object ?? [:]
            body["meta"] = ["category": "payments"]
            let id = SpecID(key: Sample.spec.key, version: version)
            _ = try await PutIntegrationSpec(id: id, body: .object(body)).run(try bench.context())
        }
        let key = Sample.spec.key
        let found = try walk(limit, "meta.version") { page in
            try ListIntegrationSpecs(key: key, category: nil, page: page).run(try bench.context())
        }
        #expect(found == versions)
    }
}
