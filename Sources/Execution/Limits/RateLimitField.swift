/// What a provider's header field `RateLimit` says of its limits (IETF draft "RateLimit header fields
/// for HTTP"): since its eighth version a list such as `"burst";r=0;t=7`, in the seventh one policy
/// as `limit=10, remaining=0, reset=7`.
///
/// Of several policies it is the one that lets the next call through last.
struct RateLimitField: Equatable {
    /// The most policies of one field that are looked at.
    private static let policyCountMax = 16
    /// The most digits of an integer in a structured field (RFC 9651).
    private static let digitCountMax = 15

    /// Calls in the window, as the field or `RateLimit-Policy` says.
    private(set) var limit: Int64?
    /// Calls left in it.
    private(set) var remaining: Int64?
    /// The seconds until its end.
    private(set) var resetSeconds: Int64?

    /// Reads a field, and the policies that it names; nil when it says nothing that can be read.
    init?(_ text: String, policy: String?) {
        let items = Self.items(text)
        if items.first?.name.contains("=") == true {
            let members = Dictionary(items.compactMap { Self.pair($0.name[...]) }) { _, last in
                last
            }
            limit = members["limit"]
            remaining = members["remaining"]
            resetSeconds = members["reset"]
        } else if let tightest = items.filter({ $0.values["r"] != nil }).max(by: Self.isLooser) {
            remaining = tightest.values["r"]
            resetSeconds = tightest.values["t"]
            let policies = policy.map(Self.items) ?? []
            limit = policies.first { $0.name == tightest.name }?.values["q"]
        }
        guard limit != nil || remaining != nil else { return nil }
    }

    private struct Item {
        let name: String
        let values: [String: Int64]
    }

    /// Whether calls pass `left` sooner than `right`: of two that let none through the shorter wait, else
    /// the one with more left.
    private static func isLooser(_ left: Item, _ right: Item) -> Bool {
        let (some, others) = (left.values["r"] ?? 0, right.values["r"] ?? 0)
        guard some == 0, others == 0 else { return some > others }
        return (left.values["t"] ?? 0) < (right.values["t"] ?? 0)
    }

    private static func items(_ text: String) -> [Item] {
        split(text[...], at: ",")
            .prefix(policyCountMax)
            .map { part in
                let pieces = split(part, at: ";")
                let values = Dictionary(pieces.dropFirst().compactMap(pair)) { _, last in last }
                return Item(name: trimmed(pieces.first ?? ""), values: values)
            }
    }

    /// The parts between separators that stand outside of quotes.
    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var isQuoted = false
        return text.split(omittingEmptySubsequences: false) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == separator && !isQuoted
        }
    }

    private static func pair(_ text: Substring) -> (String, Int64)? {
        let sides = text.split(separator: "=", maxSplits: 1)
        guard sides.count == 2 else { return nil }
        let digits = trimmed(sides[1])
        guard digits.utf8.count <= digitCountMax, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        return Int64(digits).map { (trimmed(sides[0]).lowercased(), $0) }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
