import JSON
import Model
import Resolver

/// The objects of all files, read into their nouns.
struct ObjectSet: Sendable {
    /// A noun and where it stands.
    struct Placed<Noun: Sendable>: Sendable {
        let noun: Noun
        let place: ObjectPlace
    }

    /// Tests of one owner's policies, and where they stand.
    struct PlacedTests: Sendable {
        /// Whose policies; nil for the platform's.
        let tenant: TenantID?
        let tests: [PolicyTest]
        let place: ObjectPlace
        /// Where the list of tests stands in the object; an object that is one test is none.
        let pointer: JSONPointer
    }

    /// A tenant's connection.
    struct ConnectionKey: Hashable, Sendable {
        let tenant: TenantID
        let id: ConnectionID
    }

    private(set) var specs: [SpecID: Placed<IntegrationSpec>] = [:]
    private(set) var blueprints: [BlueprintID: Placed<Blueprint>] = [:]
    private(set) var connections: [ConnectionKey: Placed<Connection>] = [:]
    private(set) var configs: [Placed<TenantAppConfig>] = []
    private(set) var platformRules: [PolicyRule] = []
    private(set) var tenantRules: [TenantID: [PolicyRule]] = [:]
    private(set) var entities: [TenantID: [Entity]] = [:]
    private(set) var tests: [PlacedTests] = []
    private var places: [String: ObjectPlace] = [:]
    /// The environments, with the tiers that their configs are judged by.
    let environments: [Environment]

    /// Reads the entries; what is wrong with one goes to `report`, and leaves it out.
    ///
    /// Configs come last: one without a blueprint's version means the highest in the set.
    init(
        _ entries: [ObjectEntry],
        in environments: [Environment] = Environment.builtIn,
        _ report: inout CheckReport
    ) {
        self.environments = environments
        for entry in entries where entry.kind != .config { read(entry, &report) }
        for entry in entries where entry.kind == .config { read(entry, &report) }
    }

    /// The highest version of a blueprint.
    func latestVersion(of name: BlueprintName) -> ObjectVersion? {
        blueprints.keys.filter { $0.name == name }.map(\.version).max()
    }

    private mutating func read(_ entry: ObjectEntry, _ report: inout CheckReport) {
        let issues = IssueList()
        let name = add(entry, issues)
        for issue in issues.issues { report.add(issue, at: entry.place) }
        guard !issues.hasErrors else { return }
        if let first = places.updateValue(entry.place, forKey: name) {
            report.error(
                entry.place.text,
                "ALREADY_EXISTS",
                "\(name) stands in the set twice, first at \(first.text)"
            )
        }
    }

    /// Adds the entry's noun unless it has errors; answers its name in words.
    private mutating func add(_ entry: ObjectEntry, _ issues: IssueList) -> String {
        let (json, place, tenant) = (entry.object, entry.place, entry.tenant)
        Labels.check(in: json, issues: issues)
        switch entry.kind {
        case .spec:
            let noun = IntegrationSpec(reading: json, id: nil, issues: issues)
            if !issues.hasErrors { noun.checkRegistrable(issues) }
            if !issues.hasErrors { specs[noun.id] = Placed(noun: noun, place: place) }
            return "the spec \(noun.id.key) version \(noun.id.version.text)"
        case .blueprint:
            let noun = Blueprint(reading: json, id: nil, issues: issues)
            if !issues.hasErrors { noun.checkBranding(issues) }
            if !issues.hasErrors { blueprints[noun.id] = Placed(noun: noun, place: place) }
            return "the blueprint \(noun.id.name) version \(noun.id.version.text)"
        case .connection:
            let noun = Connection(reading: json, tenant: tenant, id: nil, issues: issues)
            let key = ConnectionKey(tenant: noun.tenant, id: noun.id)
            if !issues.hasErrors { connections[key] = Placed(noun: noun, place: place) }
            return "the connection \(noun.id) of \(noun.tenant)"
        case .config:
            let noun = TenantAppConfig(
                reading: json,
                tenant: tenant,
                line: nil,
                latestVersion: { latestVersion(of: $0) },
                issues: issues
            )
            if !issues.hasErrors { configs.append(Placed(noun: noun, place: place)) }
            let line = "\(noun.blueprint.name) in \(noun.environment)"
            return "the config of \(noun.tenant) for \(line)"
        case .policy:
            let noun = PolicyRule(reading: json, id: nil, issues: issues)
            if issues.hasErrors {
                // Left out, as every noun with errors is.
            } else if let tenant {
                tenantRules[tenant, default: []].append(noun)
            } else {
                platformRules.append(noun)
            }
            if noun.isEnabled, !noun.tests.isEmpty, !issues.hasErrors {
                let pointer = JSONPointer.root.appending("tests")
                tests.append(
                    PlacedTests(tenant: tenant, tests: noun.tests, place: place, pointer: pointer)
                )
            }
            return "the policy \(noun.id) of \(tenant?.text ?? "the platform")"
        case .policyTest:
            let test = PolicyTest(json, at: .root, issues: issues)
            if !issues.hasErrors {
                tests.append(
                    PlacedTests(tenant: tenant, tests: [test], place: place, pointer: .root)
                )
            }
            return "the test at \(place.text)"
        case .entity:
            let noun = Entity(reading: json, key: nil, issues: issues)
            guard let tenant else {
                issues.error(.missingField, at: .root, "names no tenantId beside the object")
                return "the entity \(noun.key.text)"
            }
            if !issues.hasErrors { entities[tenant, default: []].append(noun) }
            return "the entity \(noun.key.text) of \(tenant.text)"
        }
    }
}
