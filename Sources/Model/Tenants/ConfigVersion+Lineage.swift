public import JSON

extension ConfigVersion.Origin {
    /// The origin as the API writes it: a member of a version's `meta`, and of the step that made it.
    public var lineage: (name: String, value: JSONValue) {
        switch self {
        case .version(let number): ("madeFrom", ["version": .integer(Int64(number))])
        case .rollback(let number): ("rolledBackTo", ["version": .integer(Int64(number))])
        case .promotion(let environment, let number):
            (
                "promotedFrom",
                ["environment": .string(environment.text), "version": .integer(Int64(number))]
            )
        case .migration(let number, let blueprintVersion):
            (
                "migratedFrom",
                ["version": .integer(Int64(number)), "blueprintVersion": blueprintVersion.json]
            )
        }
    }

    /// The names of the members that tell an origin.
    static let lineageNames: Set<String> = [
        "madeFrom", "rolledBackTo", "promotedFrom", "migratedFrom",
    ]

    /// Reads the origin out of an object that has one of these members; nil when it has none.
    public init?(lineage object: JSONValue) {
        func number(_ name: String) -> Int? {
            object[name]?["version"]?.integer.map { Int($0) }
        }
        if let version = number("madeFrom") {
            self = .version(version)
        } else if let version = number("rolledBackTo") {
            self = .rollback(to: version)
        } else if let version = number("promotedFrom"),
            let name = object["promotedFrom"]?["environment"]?.string.flatMap(EnvironmentName.init)
        {
            self = .promotion(from: name, version: version)
        } else if let version = number("migratedFrom"),
            let blueprint = object["migratedFrom"]?["blueprintVersion"].flatMap(ObjectVersion.init)
        {
            self = .migration(from: version, of: blueprint)
        } else {
            return nil
        }
    }
}
