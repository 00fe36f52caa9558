public import Model

/// What all tenants share: specs, blueprints and the platform's policies.
public struct Catalog: Sendable {
    /// The integration specs.
    public internal(set) var specs: [SpecID: Stored<IntegrationSpec>] = [:]
    /// The blueprints.
    public internal(set) var blueprints: [BlueprintID: Stored<Blueprint>] = [:]
    /// The platform's policies.
    public internal(set) var policies: [PolicyID: Stored<PolicyRule>] = [:]
    /// How many connections are of a spec: what is used is immutable.
    public internal(set) var connectionCounts: [SpecID: Int] = [:]
    /// How many config versions are of a blueprint: what is used is immutable.
    public internal(set) var configCounts: [BlueprintID: Int] = [:]
    /// Grows with every change of the specs, blueprints and policies; what was compiled from the
    /// catalog is good for its generation.
    public internal(set) var generation: UInt64 = 0

    /// The highest version of a blueprint; nil when there is none of this name.
    public func latestVersion(of name: BlueprintName) -> ObjectVersion? {
        blueprints.keys.filter { $0.name == name }.map(\.version).max()
    }

    /// The rules of the platform, by id.
    public var policyRules: [PolicyRule] {
        policies.values.map(\.value).sorted { $0.id < $1.id }
    }
}
