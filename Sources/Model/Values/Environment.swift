/// An environment that the server's configuration declares (API section 1).
public struct Environment: Sendable, Hashable {
    /// How careful the rules are.
    public enum Tier: String, Sendable, CaseIterable {
        /// Previews go live, ambiguity is a warning.
        case nonproduction
        /// Publishing wants a preview, ambiguity is an error.
        case production
    }

    /// The name.
    public let name: EnvironmentName
    /// The tier.
    public let tier: Tier

    /// An environment.
    public init(name: EnvironmentName, tier: Tier) {
        self.name = name
        self.tier = tier
    }

    /// The three that are always there.
    public static let builtIn = [
        Environment(name: EnvironmentName(checked: "sandbox"), tier: .nonproduction),
        Environment(name: EnvironmentName(checked: "staging"), tier: .nonproduction),
        Environment(name: EnvironmentName(checked: "production"), tier: .production),
    ]
}

/// Who brings the provider account.
public enum OwnershipMode: String, Sendable, Hashable, CaseIterable {
    /// The platform owns the account.
    case managed
    /// The tenant brings its own.
    case byok
}

/// A specific integration spec: key and version.
public struct SpecID: Sendable, Hashable, Comparable {
    /// The key.
    public let key: IntegrationKey
    /// The version.
    public let version: ObjectVersion

    /// The id of a spec.
    public init(key: IntegrationKey, version: ObjectVersion) {
        self.key = key
        self.version = version
    }

    /// By key, then by version.
    public static func < (left: SpecID, right: SpecID) -> Bool {
        left.key == right.key ? left.version < right.version : left.key < right.key
    }
}

/// A specific blueprint: name and version.
public struct BlueprintID: Sendable, Hashable, Comparable {
    /// The name.
    public let name: BlueprintName
    /// The version.
    public let version: ObjectVersion

    /// The id of a blueprint.
    public init(name: BlueprintName, version: ObjectVersion) {
        self.name = name
        self.version = version
    }

    /// By name, then by version.
    public static func < (left: BlueprintID, right: BlueprintID) -> Bool {
        left.name == right.name ? left.version < right.version : left.name < right.name
    }
}

/// Where a tenant's configs stand: one line of versions for each blueprint and environment.
public struct ConfigLineID: Sendable, Hashable, Comparable {
    /// The blueprint's name.
    public let blueprint: BlueprintName
    /// The environment's name.
    public let environment: EnvironmentName

    /// The id of a line.
    public init(blueprint: BlueprintName, environment: EnvironmentName) {
        self.blueprint = blueprint
        self.environment = environment
    }

    /// By blueprint, then by environment.
    public static func < (left: ConfigLineID, right: ConfigLineID) -> Bool {
        left.blueprint == right.blueprint
            ? left.environment < right.environment : left.blueprint < right.blueprint
    }
}
