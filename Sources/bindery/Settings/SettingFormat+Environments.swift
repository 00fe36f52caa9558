import JSON
import Model

extension SettingFormat<Environment> {
    /// An environment: `{"name", "tier"}` in the file, `NAME:TIER` as text.
    static let environment: Self = {
        let rule = "a name and a tier, the tier nonproduction or production"
        @Sendable func made(_ name: String?, _ tier: String?) throws(SettingDefect) -> Environment {
            guard let name = name.flatMap({ EnvironmentName($0) }) else {
                throw SettingDefect(detail: "the name must be \(IdentifierRule.words)")
            }
            guard let tier = tier.flatMap({ Environment.Tier(rawValue: $0) }) else {
                throw SettingDefect(detail: "the tier must be nonproduction or production")
            }
            return Environment(name: name, tier: tier)
        }
        return SettingFormat(
            placeholder: "NAME:TIER",
            rule: rule,
            text: { "\($0.name.text):\($0.tier.rawValue)" },
            fromText: { (text) throws(SettingDefect) in
                let parts = text.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw SettingDefect(detail: "must be NAME:TIER") }
                return try made(String(parts[0]), String(parts[1]))
            },
            fromJSON: { (json) throws(SettingDefect) in
                guard let object = json.object else {
                    throw SettingDefect(detail: #"must be an object {"name", "tier"}"#)
                }
                if let key = object.keys.first(where: { $0 != "name" && $0 != "tier" }) {
                    throw SettingDefect(detail: "has no member \(key), only name and tier")
                }
                return try made(object["name"]?.string, object["tier"]?.string)
            }
        )
    }()

    /// The environments beside the built-in ones, each name once.
    ///
    /// A built-in one may be repeated as it is, and is left out.
    static let environments: SettingFormat<[Environment]> = {
        let list = environment.list(countMax: 100)
        @Sendable func added(_ all: [Environment]) throws(SettingDefect) -> [Environment] {
            var tiers: [EnvironmentName: Environment.Tier] = [:]
            for (index, item) in all.enumerated() {
                let builtIn = Environment.builtIn.first { $0.name == item.name }
                if let builtIn, builtIn.tier != item.tier {
                    let detail =
                        "item \(index): \(item.name.text) is built in as \(builtIn.tier.rawValue)"
                    throw SettingDefect(detail: detail, index: index)
                }
                guard tiers.updateValue(item.tier, forKey: item.name) == nil else {
                    let detail = "item \(index): \(item.name.text) is given twice"
                    throw SettingDefect(detail: detail, index: index)
                }
            }
            return all.filter { !Environment.builtIn.contains($0) }
        }
        return SettingFormat<[Environment]>(
            placeholder: list.placeholder,
            rule: list.rule,
            isList: true,
            text: list.text,
            fromText: { (text) throws(SettingDefect) in try added(try list.fromText(text)) },
            fromJSON: { (json) throws(SettingDefect) in try added(try list.fromJSON(json)) }
        )
    }()
}
