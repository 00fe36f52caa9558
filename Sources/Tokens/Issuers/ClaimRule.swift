import JSON
import Model

/// The bounds of rules about claims.
enum ClaimLimits {
    /// The most values that a rule names by itself.
    static let valueCountMax = 100
    /// The most values of a claim that a map knows.
    static let mapCountMax = 1000
}

/// Where the values of a grant come from: the settings, or a claim, as it is or through a map.
struct ClaimRule<Value: Sendable & Hashable>: Sendable, Hashable {
    private var values: [Value] = []
    private var claim: JSONPointer?
    private var map: [String: [Value]]?
    private var isSplit = false

    /// Every value that the settings name.
    var named: [Value] { values + (map ?? [:]).values.joined() }

    /// Reads the member `key` of an issuer's object; an absent one gives nothing.
    init(
        _ reader: ObjectReader,
        _ key: String,
        _ words: String,
        _ read: (JSONValue) -> Value?
    ) {
        let members: Set<String> = ["value", "claim", "map", "split"]
        guard let rule = reader.nested(key, members: members) else { return }
        if rule.value("value") != nil {
            values = Self.list(rule.value("value"), rule, rule.place("value"), words, read)
            if rule.object.count > 1 {
                reader.error(.invalidValue, key, "has value, and nothing beside it")
            }
            return
        }
        guard let claim = rule.claimPointer else {
            reader.error(.invalidValue, key, #"must be {"value": […]} or {"claim": POINTER}"#)
            return
        }
        self.claim = claim
        isSplit = rule.bool("split") ?? false
        guard let entries = rule.freeObject("map") else { return }
        if entries.count > ClaimLimits.mapCountMax {
            rule.error(
                .limitExceeded,
                "map",
                "must hold at most \(ClaimLimits.mapCountMax) members"
            )
        }
        var map: [String: [Value]] = [:]
        for entry in entries.prefix(ClaimLimits.mapCountMax) {
            let place = rule.place("map").appending(entry.key)
            map[entry.key] = Self.list(entry.value, rule, place, words, read)
        }
        self.map = map
    }

    /// One value or an array of them.
    private static func list(
        _ json: JSONValue?,
        _ rule: ObjectReader,
        _ place: JSONPointer,
        _ words: String,
        _ read: (JSONValue) -> Value?
    ) -> [Value] {
        let items = json?.array ?? json.map { [$0] } ?? []
        guard items.count <= ClaimLimits.valueCountMax else {
            rule.issues.error(
                .limitExceeded,
                at: place,
                "must hold at most \(ClaimLimits.valueCountMax) items"
            )
            return []
        }
        return items.compactMap { item in
            let value = read(item)
            if value == nil { rule.issues.error(.invalidValue, at: place, "must be \(words)") }
            return value
        }
    }

    /// The values of a token; of a claim without a map those that `exact` reads.
    func values(_ claims: JSONValue, _ exact: (String) -> Value?) -> [Value] {
        guard let claim else { return values }
        return texts(claims.at(claim))
            .flatMap { text in
                map.map { $0[text] ?? [] } ?? exact(text).map { [$0] } ?? []
            }
    }

    /// A claim's texts: one, an array of them, or the words of one (RFC 8693 section 4.2).
    private func texts(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text):
            isSplit ? text.split(separator: " ").map(String.init) : [text]
        case .array(let items): items.compactMap(\.string)
        default: []
        }
    }
}

extension ObjectReader {
    /// The member `claim`: a pointer to a claim, and not to all of them.
    var claimPointer: JSONPointer? {
        guard let text = string("claim", byteCountMax: 256), let pointer = JSONPointer(text),
            !pointer.tokens.isEmpty
        else { return nil }
        return pointer
    }
}
